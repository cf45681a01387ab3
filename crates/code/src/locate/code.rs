//! Where the code of a function may be: folders, the likeliest first.
use model::{App, Data, Framework, Node, Value};

use super::files::{Files, folder_of, join, name_of};
use super::terraform;

/// What a template says of a function's code.
#[derive(Debug)]
pub(super) struct Code {
    /// Where the handler's path begins, the likeliest first.
    pub(super) folders: Vec<String>,
    /// A file that is the whole of the code.
    pub(super) file: Option<String>,
    /// Where a file of the same name may be when none of the folders has it, the nearest first.
    pub(super) around: Vec<String>,
    /// Words of an archive's name: of several files, that which has them in its path.
    pub(super) hint: String,
    pub(super) is_image: bool,
    /// A file `Dockerfile` that the template names.
    pub(super) dockerfile: Option<String>,
    /// An archive that is among the files.
    pub(super) archive: Option<String>,
}

impl Code {
    pub(super) fn of(function: &Node, template: &str, app: &App, files: &Files<'_>) -> Self {
        let mut around = vec![folder_of(template).to_owned()];
        match app.framework {
            // The assembly stands in the application's folder.
            Framework::Cdk => around = vec![folder_of(folder_of(template)).to_owned()],
            // A module's paths may begin at the root module's folder, which is the application's name.
            Framework::Terraform => around.push(app.name.trim_matches('.').trim_matches('/').to_owned()),
            _ => {}
        }
        let mut code = Self {
            folders: Vec::new(),
            file: None,
            around,
            hint: String::new(),
            is_image: function.text("package").is_some_and(|package| package == "Image"),
            dockerfile: None,
            archive: None,
        };
        code.is_image |= function.has("image") && !function.has("handler");
        if let Some(value) = function.get("code") {
            code.take(value, template, files);
        }
        code.add(folder_of(template).to_owned());
        code
    }

    fn take(&mut self, value: &Value, template: &str, files: &Files<'_>) {
        if let Some(archive) = terraform::archive(value, template, files) {
            self.file = archive.file;
            for folder in archive.folders {
                self.add(folder);
            }
            self.hint = archive.hint;
        }
        let Some(named) = named(value) else { return };
        if name_of(&named).starts_with("Dockerfile") {
            self.dockerfile = model::beside(template, &named);
        }
        let path = join(folder_of(template), &named);
        if let Some(stem) = archive_stem(&named) {
            self.hint = name_of(stem).to_owned();
            self.archive = Some(path).filter(|path| files.is_file(path));
        } else {
            self.hint = name_of(&path).to_owned();
            if files.is_file(&path) {
                self.add(folder_of(&path).to_owned());
                self.file = Some(path);
            }
        }
        for folder in named_folders(value, template, files) {
            self.add(folder);
        }
    }

    fn add(&mut self, folder: String) {
        if !self.folders.contains(&folder) {
            self.folders.push(folder);
        }
    }
}

/// The path, or the key of an object, that a template names as code.
fn named(value: &Value) -> Option<String> {
    match &value.data {
        Data::Text(text) => Some(text.clone()),
        Data::Map(_) => {
            let key = ["S3Key", "Key", "Location"].iter().find_map(|key| value.get(key));
            key.and_then(Value::as_str).map(str::to_owned)
        }
        Data::Joined(parts) => parts.last().and_then(Value::as_str).map(str::to_owned),
        _ => None,
    }
}

/// The folders that hold the files which `value` names: the folder itself, even if it is only there once
/// it is built, or what an archive is likely made of.
pub(super) fn named_folders(value: &Value, template: &str, files: &Files<'_>) -> Vec<String> {
    let mut folders =
        terraform::archive(value, template, files).map_or(Vec::new(), |archive| archive.folders);
    let Some(named) = named(value) else { return folders };
    let base = folder_of(template);
    let near = |path: &str| join(base, path);
    let Some(stem) = archive_stem(&named) else {
        folders.push(near(&named));
        return folders;
    };
    // CDK: `HASH.zip` is the folder `asset.HASH` beside the template.
    folders.push(near(&format!("asset.{}", name_of(stem))));
    folders.push(near(stem));
    folders.push(near(name_of(stem)));
    for inner in ["src", "lambda", "functions"] {
        folders.push(near(&format!("{inner}/{}", name_of(stem))));
    }
    folders.push(near(folder_of(&named)));
    let built = folder_of(&named);
    if let Some(parent) =
        ["target", "dist", "build", "out", "bin"].iter().find_map(|name| built.strip_suffix(name))
    {
        folders.push(near(parent));
    }
    folders.push(near("src"));
    folders.retain(|folder| files.is_folder(folder));
    folders
}

/// `src/app` of `src/app.zip`.
fn archive_stem(path: &str) -> Option<&str> {
    [".zip", ".jar", ".tar.gz", ".war"].iter().find_map(|ending| path.strip_suffix(ending))
}
