//! A function loads a layer that is made for another instruction set.
use crate::prelude::*;

check! {
    /// # Layer for another architecture
    ///
    /// A function loads a layer that is made for another instruction set.
    ///
    /// ## Why it matters
    ///
    /// Programs in the layer do not start: the function fails on its first call.
    ///
    /// ## What to do
    ///
    /// Build the layer for the architecture of the function.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Architectures: [arm64]
    ///     Layers: [!Ref L]
    /// L: { Type: AWS::Lambda::LayerVersion, Properties: { Content: { S3Bucket: b, S3Key: k }, CompatibleArchitectures: [x86_64] } }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Architectures: [arm64]
    ///     Layers: [!Ref L]
    /// L: { Type: AWS::Lambda::LayerVersion, Properties: { Content: { S3Bucket: b, S3Key: k }, CompatibleArchitectures: [x86_64, arm64] } }
    /// ```
    LAYER_FOR_OTHER_ARCHITECTURE = "layer-for-other-architecture" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-1104", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &[],
        run: layer_for_other_architecture,
    }
}

fn layer_for_other_architecture(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let wanted = match function.list("architectures") {
            [] => "x86_64",
            [one] => one.as_str().unwrap_or_default(),
            _ => continue,
        };
        for layer in app.targets(function, Relation::Uses).filter(|node| node.kind == Kind::Layer) {
            let made_for = layer.list("architectures");
            let literal = made_for.iter().all(|value| value.as_str().is_some());
            let fits = made_for.iter().any(|value| value.as_str() == Some(wanted));
            if !wanted.is_empty() && literal && !made_for.is_empty() && !fits {
                let message = format!("`{}` is `{wanted}`, and layer `{}` is not", function.name, layer.name);
                findings.push(LAYER_FOR_OTHER_ARCHITECTURE.on(function, "layers", message).fix_if(
                    made_for.first().and_then(Value::as_str).map(|other| {
                        Fix::risky(
                            "run as the layer was made",
                            function.set("architectures", Data::list([other.into()])),
                        )
                    }),
                ));
            }
        }
    }
}
