//! Imports and exports, and TypeScript's own: `import =`, `export =`, enumerations, namespaces.
use model::Span;
use oxc_ast::ast;

use super::expressions::number;
use super::lowering::{Lowering, assign, expr};
use super::statements::variable;
use crate::ir::{
    Block, Const, Expr, ExprKind, Field, Import, ImportName, Imported, Name, Pattern, Stmt, StmtKind,
};

impl Lowering<'_> {
    pub(super) fn import(&mut self, node: &ast::ImportDeclaration<'_>, out: &mut Block) {
        let at = self.at(node);
        let module = self.name(&node.source.value);
        let specifiers = node.specifiers.as_ref().map_or(&[][..], |list| list.as_slice());
        let mut names = Vec::with_capacity(specifiers.len());
        let mut types = 0;
        for specifier in specifiers {
            let (what, local) = match specifier {
                ast::ImportDeclarationSpecifier::ImportSpecifier(node) if node.import_kind.is_type() => {
                    types += 1;
                    continue;
                }
                ast::ImportDeclarationSpecifier::ImportSpecifier(node) => {
                    match node.imported.name().as_str() {
                        "default" => (Imported::Default, &node.local),
                        name => (Imported::Named(self.name(name)), &node.local),
                    }
                }
                ast::ImportDeclarationSpecifier::ImportDefaultSpecifier(node) => {
                    (Imported::Default, &node.local)
                }
                ast::ImportDeclarationSpecifier::ImportNamespaceSpecifier(node) => {
                    (Imported::Module, &node.local)
                }
            };
            names.push(ImportName { what, local: self.bound(local), at: self.at(specifier) });
        }
        let type_only = node.import_kind.is_type() || (types > 0 && names.is_empty());
        out.push(Stmt { kind: StmtKind::Import(Import { module, names, at, type_only }), at });
    }

    /// `import x = require("y")`, `import x = a.b`.
    pub(super) fn import_equals(&mut self, node: &ast::TSImportEqualsDeclaration<'_>, out: &mut Block) {
        let at = self.at(node);
        let type_only = node.import_kind.is_type();
        let local = self.bound(&node.id);
        match &node.module_reference {
            ast::TSModuleReference::ExternalModuleReference(reference) => {
                let module = self.name(&reference.expression.value);
                let names = vec![ImportName { what: Imported::Module, local, at: self.at(&node.id) }];
                out.push(Stmt { kind: StmtKind::Import(Import { module, names, at, type_only }), at });
            }
            _ if type_only => {}
            ast::TSModuleReference::IdentifierReference(ident) => {
                let value_at = self.at(&**ident);
                let value = expr(self.identifier(ident), value_at);
                out.push(assign(variable(local, self.at(&node.id)), value, at));
            }
            ast::TSModuleReference::QualifiedName(name) => {
                let value = self.qualified(name);
                out.push(assign(variable(local, self.at(&node.id)), value, at));
            }
        }
    }

    fn qualified(&mut self, node: &ast::TSQualifiedName<'_>) -> Expr {
        let at = self.at(node);
        if !self.enter(at) {
            return super::lowering::other(at);
        }
        let object = match &node.left {
            ast::TSTypeName::IdentifierReference(ident) => {
                let name_at = self.at(&**ident);
                expr(self.identifier(ident), name_at)
            }
            ast::TSTypeName::QualifiedName(name) => self.qualified(name),
            ast::TSTypeName::ThisExpression(this) => expr(ExprKind::This, self.at(&**this)),
        };
        self.leave();
        let (name, name_at) = (self.name(&node.right.name), self.at(&node.right));
        expr(ExprKind::Member { object: Box::new(object), name, name_at }, at)
    }

    pub(super) fn module_declaration(&mut self, node: &ast::ModuleDeclaration<'_>, out: &mut Block) {
        let at = self.at(node);
        match node {
            ast::ModuleDeclaration::ExportDefaultDeclaration(node) => self.export_default(node, out),
            ast::ModuleDeclaration::ExportDeclaration(node) => self.export_declaration(node, out),
            ast::ModuleDeclaration::ExportNamedDeclaration(node) => self.export_list(node),
            ast::ModuleDeclaration::ExportFromDeclaration(node) if !node.export_kind.is_type() => {
                let module = self.name(&node.source.value);
                let values = node.specifiers.iter().filter(|specifier| !specifier.export_kind.is_type());
                let names: Vec<(Name, Name)> = values
                    .map(|node| (self.name(&node.local.name()), self.name(&node.exported.name())))
                    .collect();
                // An empty list would mean everything.
                let kind = if names.is_empty() {
                    let type_only = !node.specifiers.is_empty();
                    StmtKind::Import(Import { module, names: Vec::new(), at, type_only })
                } else {
                    StmtKind::ExportFrom { module, names }
                };
                out.push(Stmt { kind, at });
            }
            ast::ModuleDeclaration::ExportAllDeclaration(node) if !node.export_kind.is_type() => {
                let module = self.name(&node.source.value);
                let names = node.exported.as_ref().map(|name| (self.name("*"), self.name(&name.name())));
                let names = names.into_iter().collect();
                out.push(Stmt { kind: StmtKind::ExportFrom { module, names }, at });
            }
            ast::ModuleDeclaration::TSExportAssignment(node) => {
                let value = self.expr(&node.expression);
                let object = Box::new(expr(ExprKind::Name(self.name("module")), at));
                let place = ExprKind::Member { object, name: self.name("exports"), name_at: at };
                out.push(assign(Pattern::Place(Box::new(expr(place, at))), value, at));
            }
            _ => {}
        }
    }

    pub(super) fn exported_function(&mut self, node: &ast::Function<'_>, out: &mut Block) {
        if let (true, Some(id)) = (self.function_declaration(node, out), &node.id) {
            let export = self.export_of(id);
            out.push(export);
        }
    }

    pub(super) fn default_function(&mut self, node: &ast::Function<'_>, out: &mut Block) {
        let at = self.at(node);
        let value = match &node.id {
            Some(id) if self.function_declaration(node, out) => {
                let name_at = self.at(id);
                expr(ExprKind::Name(self.bound(id)), name_at)
            }
            None if node.body.is_some() => expr(ExprKind::Function(self.function(node)), at),
            _ => return,
        };
        out.push(Stmt { kind: StmtKind::Export { name: self.name("default"), value }, at });
    }

    fn export_of(&mut self, id: &ast::BindingIdentifier<'_>) -> Stmt {
        let at = self.at(id);
        let value = expr(ExprKind::Name(self.bound(id)), at);
        Stmt { kind: StmtKind::Export { name: self.name(&id.name), value }, at }
    }

    fn export_default(&mut self, node: &ast::ExportDefaultDeclaration<'_>, out: &mut Block) {
        let at = self.at(node);
        let value = match &node.declaration {
            // Hoisted already.
            ast::ExportDefaultDeclarationKind::FunctionDeclaration(_)
            | ast::ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => return,
            ast::ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                let class_at = self.at(&**class);
                let lowered = self.class(class);
                match &class.id {
                    Some(id) => {
                        out.push(Stmt { kind: StmtKind::Class(lowered), at: class_at });
                        let name_at = self.at(id);
                        expr(ExprKind::Name(self.bound(id)), name_at)
                    }
                    None => expr(ExprKind::Class(Box::new(lowered)), class_at),
                }
            }
            node => match node.as_expression() {
                Some(value) => self.expr(value),
                None => return,
            },
        };
        out.push(Stmt { kind: StmtKind::Export { name: self.name("default"), value }, at });
    }

    fn export_declaration(&mut self, node: &ast::ExportDeclaration<'_>, out: &mut Block) {
        let at = self.at(node);
        self.declaration(&node.declaration, out);
        match &node.declaration {
            ast::Declaration::VariableDeclaration(variables) if !variables.declare => {
                for (name, value) in self.bound_names(variables) {
                    let export = Stmt { kind: StmtKind::Export { name: self.name(&name), value }, at };
                    if variables.kind.is_const() { out.push(export) } else { self.exports.push(export) }
                }
            }
            ast::Declaration::ClassDeclaration(class) if !class.declare => {
                let export = class.id.as_ref().map(|id| self.export_of(id));
                out.extend(export);
            }
            ast::Declaration::TSEnumDeclaration(node) if !node.declare => {
                let export = self.export_of(&node.id);
                out.push(export);
            }
            ast::Declaration::TSNamespaceDeclaration(node) if !node.declare => {
                let export = self.export_of(&node.id);
                out.push(export);
            }
            ast::Declaration::TSImportEqualsDeclaration(node) if !node.import_kind.is_type() => {
                let export = self.export_of(&node.id);
                out.push(export);
            }
            _ => {}
        }
    }

    /// `export { a as b }` may stand before `a` has its value.
    fn export_list(&mut self, node: &ast::ExportNamedDeclaration<'_>) {
        if node.export_kind.is_type() {
            return;
        }
        for specifier in node.specifiers.iter().filter(|specifier| !specifier.export_kind.is_type()) {
            let at = self.at(specifier);
            let ast::ModuleExportName::IdentifierReference(ident) = &specifier.local else { continue };
            let is_type = self.symbol(ident).is_some_and(|symbol| {
                let flags = self.scoping.symbol_flags(symbol);
                flags.is_type() && !flags.is_value()
            });
            if !is_type {
                let value = expr(self.identifier(ident), self.at(ident));
                let name = self.name(&specifier.exported.name());
                self.exports.push(Stmt { kind: StmtKind::Export { name, value }, at });
            }
        }
    }

    /// `enum E { A, B = "b" }` is `E = { A: 0, B: "b" }`.
    pub(super) fn enumeration(&mut self, node: &ast::TSEnumDeclaration<'_>, out: &mut Block) {
        if node.declare {
            return;
        }
        let at = self.at(node);
        let mut next = Some(0.0);
        let mut fields = Vec::with_capacity(node.body.members.len());
        for member in &node.body.members {
            let member_at = self.at(member);
            let value = match &member.initializer {
                Some(value) => self.expr(value),
                None => match next {
                    Some(value) => expr(ExprKind::Const(number(value)), member_at),
                    None => super::lowering::other(member_at),
                },
            };
            next = match &value.kind {
                #[expect(clippy::cast_precision_loss, reason = "it came from a double")]
                ExprKind::Const(Const::Int(value)) => Some(*value as f64 + 1.0),
                _ => None,
            };
            let name = self.name(&member.id.static_name());
            fields.push(Field::Named { name, value, at: member_at });
        }
        let name = self.bound(&node.id);
        let value = expr(ExprKind::Object(fields), at);
        out.push(assign(variable(name, self.at(&node.id)), value, at));
    }

    /// The statements of a namespace in place, then an object of what it exports.
    pub(super) fn namespace(&mut self, node: &ast::TSNamespaceDeclaration<'_>, out: &mut Block) {
        let at = self.at(node);
        if node.declare || !self.enter(at) {
            return;
        }
        let outside = std::mem::take(&mut self.exports);
        let mut body = Vec::new();
        match &node.body {
            ast::TSNamespaceDeclarationBody::TSNamespaceDeclaration(inner) => {
                self.namespace(inner, &mut body);
                let export = self.export_of(&inner.id);
                body.push(export);
            }
            ast::TSNamespaceDeclarationBody::TSModuleBlock(block) => {
                body.append(&mut self.statements(&block.body));
            }
        }
        body.append(&mut self.exports);
        self.exports = outside;
        let name = self.bound(&node.id);
        let (mut kept, fields) = without_exports(body);
        if !kept.is_empty() || !fields.is_empty() {
            let target = variable(name, self.at(&node.id));
            kept.push(assign(target, expr(ExprKind::Object(fields), at), at));
            out.push(Stmt { kind: StmtKind::Block(kept), at });
        }
        self.leave();
    }
}

/// Exports inside a namespace are fields of its object.
fn without_exports(body: Block) -> (Block, Vec<Field>) {
    let mut kept = Vec::with_capacity(body.len());
    let mut fields = Vec::new();
    for statement in body {
        let at: Span = statement.at;
        match statement.kind {
            StmtKind::Export { name, value } => fields.push(Field::Named { name, value, at }),
            kind => kept.push(Stmt { kind, at }),
        }
    }
    (kept, fields)
}
