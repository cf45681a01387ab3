//! Files in, one line for each package out.
use expect_test::{Expect, expect};
use model::{MemorySource, Project, Scope};

fn show(files: &[(&str, &str)]) -> String {
    let mut project = Project::default();
    super::read(&MemorySource::new(files.iter().copied()), &mut project);
    let mut shown = String::new();
    for package in project.files_app().packages.clone() {
        let text = |at: model::Span| project.file(at).map_or("", |file| file.slice(at)).to_owned();
        let scope = match package.scope {
            Scope::Runtime => "",
            Scope::Optional => " optional",
            Scope::Development => " dev",
        };
        let path = &project.file(package.at).unwrap().path;
        shown += &format!("{path} {} {}", text(package.at), package.key());
        shown += package.version_at.map(|at| format!(" «{}»", text(at))).as_deref().unwrap_or_default();
        shown += scope;
        for (word, is_on) in [
            (" direct", package.direct),
            (" locked", package.locked),
            (" script", package.install_script),
            (" pre", package.prerelease),
            (" pinned", package.pinned),
        ] {
            shown += if is_on { word } else { "" };
        }
        let said = [("source", &package.source), ("only", &package.condition), ("drift", &package.drift)];
        for (word, value) in
            said.into_iter().chain([("license", &package.license), ("deprecated", &package.deprecated)])
        {
            shown += &value.as_ref().map(|value| format!(" {word}={value}")).unwrap_or_default();
        }
        if package.chain.len() > 1 {
            shown += &format!(" {}", package.chain.join(">"));
        }
        shown += "\n";
    }
    for problem in &project.problems {
        let at = problem.at.map(|at| project.locate(at)).unwrap_or_else(|| problem.path.clone());
        shown += &format!("! {at} {}\n", problem.message);
    }
    shown
}

fn check(files: &[(&str, &str)], expect: Expect) {
    expect.assert_eq(&show(files));
}

#[test]
fn requirements() {
    let text = "# tools\nRequests[security] >=2.20,<3 ; python_version > '3.6'  # why\nflask==1.0 \\\n  --hash=sha256:aa \\\n  --hash=sha256:bb\n-r more.txt\n-c pins.txt\n--extra-index-url https://private.example/simple\ngit+https://host.example/a/b.git@v1#egg=B_b\nname @ https://host.example/n.whl\n./local\n-e .\nPyYAML\n???\n";
    check(
        &[
            ("requirements.txt", text),
            ("more.txt", "-r requirements.txt\nboto3~=1.4\n-r missing.txt\n"),
            ("pins.txt", "pyyaml==5.1\nunused==1\n"),
        ],
        expect![[r#"
            requirements.txt Requests requests «>=2.20,<3» direct only=python_version > '3.6'
            requirements.txt flask flask@1.0 «==1.0» direct locked pinned
            requirements.txt git+https://host.example/a/b.git@v1#egg=B_b b-b «git+https://host.example/a/b.git@v1#egg=B_b» direct source=git+https://host.example/a/b.git@v1#egg=B_b
            requirements.txt name name «@ https://host.example/n.whl» direct source=https://host.example/n.whl
            requirements.txt PyYAML pyyaml@5.1 «» direct pinned
            more.txt boto3 boto3 «~=1.4» direct
            ! requirements.txt:14:1 `???` is no requirement
            ! more.txt:3:1 `missing.txt` does not exist: its packages are not known
        "#]],
    );
}

#[test]
fn python_manifests() {
    check(
        &[
            (
                "a/pyproject.toml",
                "[project]\nname = \"x\"\ndependencies = [\"requests>=2\", 'flask == 1.0']\ndynamic = [\"version\"]\n[project.optional-dependencies]\ns = [\"redis\"]\n[dependency-groups]\ndev = [\"pytest\", {include-group = \"x\"}]\n",
            ),
            (
                "b/pyproject.toml",
                "[tool.poetry.dependencies]\npython = \"^3.8\"\nrequests = \"^2.1\"\nown = {git = \"https://host.example/own.git\"}\ndjango = {version = \"==2.0\", optional = true}\n[tool.poetry.group.dev.dependencies]\npytest = \"*\"\n",
            ),
            (
                "c/setup.py",
                "setup(install_requires=['a>=1', \"b\"], extras_require={'x': ['c']}, tests_require=read())",
            ),
            (
                "d/setup.cfg",
                "[options]\ninstall_requires =\n    a>=1\n    b ; os_name == 'nt'\n[options.extras_require]\nx = c==2\n",
            ),
            (
                "e/Pipfile",
                "[[source]]\nurl = \"https://pypi.org/simple\"\n[packages]\nrequests = \"*\"\nflask = {version = \"==1.0\"}\n[dev-packages]\npytest = \"*\"\n",
            ),
        ],
        expect![[r#"
            a/pyproject.toml requests requests «>=2» direct
            a/pyproject.toml flask flask@1.0 «== 1.0» direct pinned
            a/pyproject.toml redis redis «» optional direct
            a/pyproject.toml pytest pytest «» dev direct
            b/pyproject.toml requests requests «^2.1» direct
            b/pyproject.toml own own «https://host.example/own.git» direct source=git+https://host.example/own.git
            b/pyproject.toml django django@2.0 «==2.0» optional direct pinned
            b/pyproject.toml pytest pytest «*» dev direct
            c/setup.py a a «>=1» direct
            c/setup.py b b «» direct
            c/setup.py c c «» optional direct
            d/setup.cfg a a «>=1» direct
            d/setup.cfg b b «» direct only=os_name == 'nt'
            d/setup.cfg c c@2 «==2» optional direct pinned
            e/Pipfile requests requests «*» direct
            e/Pipfile flask flask@1.0 «==1.0» direct pinned
            e/Pipfile pytest pytest «*» dev direct
            ! c/setup.py:1:68 the requirements are computed by a program
        "#]],
    );
}

#[test]
fn python_locks() {
    check(
        &[
            (
                "a/Pipfile.lock",
                r#"{"_meta": {}, "default": {"flask": {"hashes": ["sha256:aa"], "version": "==1.0"}}, "develop": {"own": {"git": "https://host.example/own.git", "ref": "x"}}}"#,
            ),
            (
                "b/poetry.lock",
                "[[package]]\nname = \"Flask\"\nversion = \"1.0\"\noptional = false\n[package.dependencies]\nJinja2 = \">=2\"\n[[package]]\nname = \"jinja2\"\nversion = \"2.0\"\nfiles = [{file = \"x\", hash = \"sha256:aa\"}]\n[[package]]\nname = \"pytest\"\nversion = \"6.0\"\ncategory = \"dev\"\n",
            ),
            ("b/pyproject.toml", "[tool.poetry.dependencies]\nflask = \"^2\"\nmissing = \"*\"\n"),
            (
                "c/uv.lock",
                "version = 1\n[[package]]\nname = \"me\"\nversion = \"0.1\"\nsource = { editable = \".\" }\ndependencies = [{ name = \"a\" }]\n[package.dev-dependencies]\ndev = [{ name = \"t\" }]\n[[package]]\nname = \"a\"\nversion = \"1.0rc1\"\nsource = { registry = \"https://pypi.org/simple\" }\ndependencies = [{ name = \"b\" }]\nsdist = { url = \"x\", hash = \"sha256:aa\" }\n[[package]]\nname = \"b\"\nversion = \"2\"\n[[package]]\nname = \"t\"\nversion = \"3\"\n",
            ),
            (
                "d/pdm.lock",
                "[[package]]\nname = \"a\"\nversion = \"1\"\ngroups = [\"dev\"]\ndependencies = [\"b>=1\"]\nfiles = [{file = \"x\", hash = \"sha256:aa\"}]\n",
            ),
        ],
        expect![[r#"
            a/Pipfile.lock flask flask@1.0 «==1.0» direct locked pinned
            a/Pipfile.lock own own dev direct source=git+https://host.example/own.git
            b/poetry.lock Flask flask@1.0 «1.0» direct pinned
            b/poetry.lock jinja2 jinja2@2.0 «2.0» locked pinned flask>jinja2
            b/poetry.lock pytest pytest@6.0 «6.0» dev pinned
            b/pyproject.toml flask flask@1.0 «^2» direct drift=`b/poetry.lock` holds 1.0, which `^2` does not allow
            b/pyproject.toml missing missing «*» direct drift=`b/poetry.lock` does not hold it
            c/uv.lock a a@1.0rc1 «1.0rc1» direct locked pre pinned
            c/uv.lock b b@2 «2» pinned a>b
            c/uv.lock t t@3 «3» dev direct pinned
            d/pdm.lock a a@1 «1» dev direct locked pinned
        "#]],
    );
}

#[test]
fn npm() {
    let lock = r#"{"name": "me", "lockfileVersion": 3, "packages": {
  "": {"dependencies": {"a": "^1.0.0"}, "devDependencies": {"t": "1"}},
  "node_modules/a": {"version": "1.2.0", "resolved": "https://registry.npmjs.org/a/-/a-1.2.0.tgz", "integrity": "sha512-xx", "license": "MIT", "dependencies": {"b": "^1", "c": "*"}},
  "node_modules/a/node_modules/b": {"version": "1.0.0", "deprecated": "gone", "hasInstallScript": true},
  "node_modules/b": {"version": "2.0.0", "dev": true},
  "node_modules/c": {"name": "real-c", "version": "3.0.0-beta.1", "resolved": "git+ssh://git@host.example/c.git#abc"},
  "node_modules/t": {"version": "1.0.0", "dev": true, "dependencies": {"b": "^2"}}
}}"#;
    let old = r#"{"lockfileVersion": 1, "dependencies": {
  "a": {"version": "1.0.0", "integrity": "sha1-x", "requires": {"b": "^1"}, "dependencies": {"b": {"version": "1.0.0"}}},
  "b": {"version": "github:o/b#abc"}, "l": {"version": "npm:lodash@4.0.0", "dev": true}}}"#;
    check(
        &[
            (
                "package.json",
                r#"{"name": "me", "dependencies": {"a": "^1.0.0", "g": "github:o/g", "x": "npm:real@~2.1", "e": "1.0.0", "any": "*"}, "devDependencies": {"t": "^2"}, "scripts": {"postinstall": "sh x"}}"#,
            ),
            ("package-lock.json", lock),
            ("old/package-lock.json", old),
            (
                "lib/node_modules/@s/p/package.json",
                r#"{"name": "@s/p", "version": "1.0.0", "licenses": [{"type": "MIT"}], "scripts": {"install": "x"}}"#,
            ),
        ],
        expect![[r#"
            lib/node_modules/@s/p/package.json @s/p @s/p@1.0.0 «1.0.0» direct script pinned license=MIT
            old/package-lock.json a a@1.0.0 «1.0.0» direct locked pinned
            old/package-lock.json b b@1.0.0 «1.0.0» pinned a>b
            old/package-lock.json b b «github:o/b#abc» direct pinned source=github:o/b#abc
            old/package-lock.json l lodash@4.0.0 «npm:lodash@4.0.0» dev direct pinned
            package-lock.json node_modules/a a@1.2.0 «1.2.0» direct locked pinned license=MIT
            package-lock.json node_modules/a/node_modules/b b@1.0.0 «1.0.0» script pinned deprecated=gone a>b
            package-lock.json node_modules/b b@2.0.0 «2.0.0» dev pinned t>b
            package-lock.json node_modules/c real-c@3.0.0-beta.1 «3.0.0-beta.1» pre pinned source=git+ssh://git@host.example/c.git#abc a>real-c
            package-lock.json node_modules/t t@1.0.0 «1.0.0» dev direct pinned
            package.json a a@1.2.0 «^1.0.0» direct
            package.json g g «github:o/g» direct source=github:o/g
            package.json x real «~2.1» direct drift=`package-lock.json` does not hold it
            package.json e e@1.0.0 «1.0.0» direct pinned drift=`package-lock.json` does not hold it
            package.json any any «*» direct drift=`package-lock.json` does not hold it
            package.json t t@1.0.0 «^2» dev direct drift=`package-lock.json` holds 1.0.0, which `^2` does not allow
        "#]],
    );
}

#[test]
fn yarn_and_pnpm() {
    check(
        &[
            (
                "a/yarn.lock",
                "# yarn lockfile v1\n\n\"@s/a@^1.0\", \"@s/a@^1.1\":\n  version \"1.2.0\"\n  resolved \"https://registry.example/a.tgz#0123456789012345678901234567890123456789\"\n  dependencies:\n    b \"^2\"\n\nb@^2:\n  version \"2.1.0\"\n  integrity sha512-xx\n",
            ),
            ("a/package.json", r#"{"dependencies": {"@s/a": "^1.0"}}"#),
            (
                "b/yarn.lock",
                "__metadata:\n  version: 6\n\n\"a@npm:^1.0, a@npm:^1.1\":\n  version: 1.2.0\n  resolution: \"a@npm:1.2.0\"\n  dependencies:\n    b: ^2\n  checksum: abc\n\n\"b@npm:^2\":\n  version: 2.1.0\n  resolution: \"b@npm:2.1.0\"\n\n\"me@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"me@workspace:.\"\n  dependencies:\n    a: ^1.0\n",
            ),
            (
                "c/pnpm-lock.yaml",
                "lockfileVersion: 5.4\nspecifiers:\n  a: ^1\ndependencies:\n  a: 1.0.0_b@2.0.0\npackages:\n  /a/1.0.0_b@2.0.0:\n    resolution: {integrity: sha512-x}\n    dependencies:\n      '@s/b': 2.0.0\n    dev: false\n  /@s/b/2.0.0:\n    resolution: {integrity: sha512-y}\n    requiresBuild: true\n    dev: false\n",
            ),
            (
                "d/pnpm-lock.yaml",
                "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: ^1\n        version: 1.0.0(b@2.0.0)\n    devDependencies:\n      t:\n        specifier: ^1\n        version: 1.0.0\npackages:\n  a@1.0.0:\n    resolution: {integrity: sha512-x}\n    deprecated: old\n  '@s/b@2.0.0':\n    resolution: {integrity: sha512-y}\n  t@1.0.0:\n    resolution: {tarball: https://host.example/t.tgz}\nsnapshots:\n  a@1.0.0(b@2.0.0):\n    dependencies:\n      '@s/b': 2.0.0\n  '@s/b@2.0.0': {}\n  t@1.0.0: {}\n",
            ),
        ],
        expect![[r#"
            a/package.json @s/a @s/a@1.2.0 «^1.0» direct
            a/yarn.lock "@s/a@^1.0", "@s/a@^1.1": @s/a@1.2.0 «1.2.0» direct locked pinned
            a/yarn.lock b@^2: b@2.1.0 «2.1.0» locked pinned @s/a>b
            b/yarn.lock a@npm:^1.0, a@npm:^1.1 a@1.2.0 «1.2.0» direct locked pinned
            b/yarn.lock b@npm:^2 b@2.1.0 «2.1.0» pinned a>b
            c/pnpm-lock.yaml /a/1.0.0_b@2.0.0 a@1.0.0 «/a/1.0.0_b@2.0.0» direct locked pinned
            c/pnpm-lock.yaml /@s/b/2.0.0 @s/b@2.0.0 «/@s/b/2.0.0» locked script pinned a>@s/b
            d/pnpm-lock.yaml a@1.0.0 a@1.0.0 «a@1.0.0» direct locked pinned deprecated=old
            d/pnpm-lock.yaml @s/b@2.0.0 @s/b@2.0.0 «@s/b@2.0.0» locked pinned a>@s/b
            d/pnpm-lock.yaml t@1.0.0 t@1.0.0 «t@1.0.0» dev direct pinned source=https://host.example/t.tgz
        "#]],
    );
}

#[test]
fn cargo_and_go() {
    check(
        &[
            (
                "a/Cargo.toml",
                "[package]\nname = \"me\"\n[dependencies]\nserde = { version = \"1.0\", optional = true }\nown = { git = \"https://host.example/own\" }\nrand = \"0.9\"\n[target.'cfg(unix)'.dependencies]\nnix = \"=0.20.0\"\n",
            ),
            (
                "a/Cargo.lock",
                "version = 3\n[[package]]\nname = \"me\"\nversion = \"0.1.0\"\ndependencies = [\"rand 0.8.0\", \"serde\"]\n[[package]]\nname = \"rand\"\nversion = \"0.8.0\"\nsource = \"registry+x\"\nchecksum = \"aa\"\ndependencies = [\"libc\"]\n[[package]]\nname = \"libc\"\nversion = \"0.2.0\"\nsource = \"registry+x\"\n[[package]]\nname = \"serde\"\nversion = \"1.0.1\"\nsource = \"git+https://host.example/serde#abc\"\n",
            ),
            (
                "b/go.mod",
                "module example.org/me\n\ngo 1.21\n\nrequire (\n\tgolang.org/x/net v0.0.0-20190308221718-c2843e01d9a2\n\tgithub.com/a/b v1.0.0 // indirect\n)\nrequire github.com/c/d v2.0.0+incompatible\nreplace github.com/a/b => github.com/fork/b v1.0.1\n",
            ),
            (
                "b/go.sum",
                "github.com/c/d v2.0.0+incompatible h1:abc=\ngithub.com/c/d v2.0.0+incompatible/go.mod h1:def=\ngithub.com/c/d v1.0.0 h1:x=\n",
            ),
        ],
        expect![[r#"
            a/Cargo.lock rand rand@0.8.0 «0.8.0» direct locked pinned
            a/Cargo.lock libc libc@0.2.0 «0.2.0» pinned rand>libc
            a/Cargo.lock serde serde@1.0.1 «1.0.1» direct pinned source=git+https://host.example/serde#abc
            a/Cargo.toml serde serde@1.0.1 «1.0» optional direct
            a/Cargo.toml own own «https://host.example/own» direct source=git+https://host.example/own
            a/Cargo.toml rand rand@0.8.0 «0.9» direct drift=`a/Cargo.lock` holds 0.8.0, which `0.9` does not allow
            a/Cargo.toml nix nix@0.20.0 «=0.20.0» direct pinned only=cfg(unix)
            b/go.mod golang.org/x/net golang.org/x/net@v0.0.0-20190308221718-c2843e01d9a2 «v0.0.0-20190308221718-c2843e01d9a2» direct pinned
            b/go.mod github.com/a/b github.com/fork/b@v1.0.1 «v1.0.1» pinned
            b/go.mod github.com/c/d github.com/c/d@v2.0.0+incompatible «v2.0.0+incompatible» direct locked pinned
        "#]],
    );
}

#[test]
fn jvm_ruby_php_and_dotnet() {
    check(
        &[
            (
                "a/pom.xml",
                "<project><parent><groupId>p</groupId><artifactId>up</artifactId><version>1</version></parent><artifactId>me</artifactId><properties><v>2.1</v><w>${v}.3</w></properties><dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>m</artifactId><version>[1.0,2.0)</version></dependency></dependencies></dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>${w}</version></dependency><dependency><groupId>g</groupId><artifactId>m</artifactId></dependency><dependency><groupId>g</groupId><artifactId>x</artifactId><scope>test</scope></dependency><dependency><groupId>g</groupId><artifactId>l</artifactId><version> 2.14.1 </version></dependency></dependencies></project>",
            ),
            (
                "b/gradle.lockfile",
                "# comment\ng:a:1.0=runtimeClasspath\ng:t:2.0=testRuntimeClasspath\nempty=\n",
            ),
            (
                "c/Gemfile.lock",
                "GIT\n  remote: https://host.example/own.git\n  specs:\n    own (0.1)\n\nGEM\n  remote: https://rubygems.org/\n  specs:\n    nokogiri (1.10.0-x86_64-linux)\n      mini_portile2 (~> 2.4)\n    mini_portile2 (2.4.0)\n\nDEPENDENCIES\n  nokogiri (~> 1.10)\n  own!\n",
            ),
            (
                "d/composer.lock",
                r#"{"packages": [{"name": "A/b", "version": "v1.0.0", "license": ["MIT"], "abandoned": "c/d", "dist": {"reference": "x"}}], "packages-dev": [{"name": "t/t", "version": "dev-main"}]}"#,
            ),
            (
                "e/me.csproj",
                "<Project><ItemGroup><PackageReference Include=\"Newtonsoft.Json\" Version=\"9.0.1\" /><PackageReference Include=\"B\"><Version>[1.0]</Version></PackageReference></ItemGroup></Project>",
            ),
            (
                "e/packages.lock.json",
                r#"{"version": 1, "dependencies": {"net8.0": {"Newtonsoft.Json": {"type": "Direct", "resolved": "9.0.1", "contentHash": "xx"}}}}"#,
            ),
        ],
        expect![[r#"
            a/pom.xml a g:a@2.1.3 direct pinned
            a/pom.xml m g:m «[1.0,2.0)» direct
            a/pom.xml x g:x dev direct
            a/pom.xml l g:l@2.14.1 «2.14.1» direct pinned
            b/gradle.lockfile g:a g:a@1.0 «1.0» direct pinned
            b/gradle.lockfile g:t g:t@2.0 «2.0» dev direct pinned
            c/Gemfile.lock own own@0.1 «0.1» direct pinned source=git+https://host.example/own.git
            c/Gemfile.lock nokogiri nokogiri@1.10.0 «1.10.0» direct pinned
            c/Gemfile.lock mini_portile2 mini_portile2@2.4.0 «2.4.0» pinned nokogiri>mini_portile2
            d/composer.lock A/b a/b@v1.0.0 «v1.0.0» direct locked pinned license=MIT deprecated=abandoned; use `c/d`
            d/composer.lock t/t t/t@dev-main «dev-main» dev direct pinned
            e/me.csproj <PackageReference Include="Newtonsoft.Json" Version="9.0.1" /> Newtonsoft.Json@9.0.1 «9.0.1» direct pinned
            e/me.csproj <PackageReference Include="B"> B@1.0 «[1.0]» direct pinned drift=`e/packages.lock.json` does not hold it
            e/packages.lock.json Newtonsoft.Json Newtonsoft.Json@9.0.1 «9.0.1» direct locked pinned
            ! a/pom.xml:1:565 the versions of 1 dependencies are not known: its parent `up` or an imported bill of materials says them
        "#]],
    );
}

#[test]
fn installed_packages_and_bills() {
    check(
        &[
            (
                "layer/python/PyYAML-5.1.dist-info/METADATA",
                "Metadata-Version: 2.1\nName: PyYAML\nVersion: 5.1\nLicense: MIT\nRequires-Dist: other>=1\n\nName: not this\n",
            ),
            (
                "bom.json",
                r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": {"bom-ref": "me"}}, "components": [{"type": "library", "bom-ref": "a", "name": "a", "purl": "pkg:npm/%40s/a@1.0.0?x=y", "licenses": [{"license": {"id": "MIT"}}], "hashes": [{"alg": "SHA-256", "content": "aa"}]}, {"type": "library", "bom-ref": "b", "purl": "pkg:maven/g/b@2"}, {"type": "library", "name": "?"}], "dependencies": [{"ref": "me", "dependsOn": ["a"]}, {"ref": "a", "dependsOn": ["b"]}]}"#,
            ),
            (
                "x.spdx.json",
                r#"{"spdxVersion": "SPDX-2.3", "packages": [{"SPDXID": "SPDXRef-a", "name": "a", "licenseDeclared": "MIT", "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:pypi/A_b@1"}]}], "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relatedSpdxElement": "SPDXRef-a", "relationshipType": "DEPENDS_ON"}]}"#,
            ),
        ],
        expect![[r#"
            bom.json pkg:npm/%40s/a@1.0.0?x=y @s/a@1.0.0 direct locked pinned license=MIT
            bom.json pkg:maven/g/b@2 g:b@2 pinned @s/a>g:b
            layer/python/PyYAML-5.1.dist-info/METADATA PyYAML pyyaml@5.1 «5.1» direct pinned license=MIT
            x.spdx.json pkg:pypi/A_b@1 a-b@1 direct pinned license=MIT
            ! bom.json:1:1 1 components have no package URL of a known ecosystem: not looked up
        "#]],
    );
}

#[test]
fn broken_files_give_what_could_be_read() {
    check(
        &[
            (
                "a/package-lock.json",
                r#"{"packages": {"node_modules/a": {"version": "1.0.0"}, "node_modules/b": {"versi"#,
            ),
            (
                "b/Cargo.lock",
                "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n[[package]]\nname = \n",
            ),
            (
                "c/pom.xml",
                "<project><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>1</version></dependency><dep",
            ),
            ("d/package.json", "[]"),
            ("e/pnpm-lock.yaml", "packages:\n  a@1.0.0:\n    resolution: {integrity: x}\n  b@1: [}\n"),
        ],
        expect![[r#"
            a/package-lock.json node_modules/a a@1.0.0 «1.0.0» direct pinned
            a/package-lock.json node_modules/b b direct
            b/Cargo.lock a a@1.0.0 «1.0.0» direct pinned
            c/pom.xml a g:a@1 «1» direct pinned
            e/pnpm-lock.yaml a@1.0.0 a@1.0.0 «a@1.0.0» direct locked pinned
            e/pnpm-lock.yaml b@1 b@1 «b@1» direct pinned
            ! a/package-lock.json:1:74 not valid JSON from here on: a string does not end
            ! b/Cargo.lock:6:8 not valid TOML here: string values must be quoted, expected literal string
            ! c/pom.xml:1:115 not valid XML from here on: syntax error: tag not closed: `>` not found before end of input
            ! d/package.json:1:1 the file holds no object
            ! e/pnpm-lock.yaml:4:8 not valid YAML from here on: mismatched bracket '[' closed by '}'
        "#]],
    );
}

/// Whatever the bytes, every reader returns, soon, and without a panic.
#[test]
fn hostile_files_are_read_in_bounded_time() {
    let names = [
        "requirements.txt",
        "pyproject.toml",
        "Pipfile",
        "Pipfile.lock",
        "poetry.lock",
        "uv.lock",
        "pdm.lock",
        "setup.cfg",
        "setup.py",
        "package.json",
        "package-lock.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "Cargo.toml",
        "Cargo.lock",
        "go.mod",
        "go.sum",
        "pom.xml",
        "gradle.lockfile",
        "Gemfile.lock",
        "composer.json",
        "composer.lock",
        "packages.lock.json",
        "x.csproj",
        "bom.json",
        "a.dist-info/METADATA",
    ];
    let line = "a".repeat(1 << 20);
    let texts = [
        line.clone(),
        format!("{{\"packages\": {{\"{line}\": {{\"version\": \"1\"}}}}}}"),
        format!("{{\"dependencies\": {{\"a\": \"{}\"}}}}", ">=1 ||".repeat(10_000)),
        format!("a=={}\n", "1.".repeat(20_000)),
        "{\"dependencies\":{\"a\":".repeat(10_000),
        "[[package]]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"a\"]\n".repeat(3_000),
        "[a.".repeat(10_000),
        "<project>".repeat(10_000),
        "- ".repeat(10_000),
        "\"a@^1\":\n  version \"1\"\n  dependencies:\n    a \"^1\"\n".repeat(5_000),
        "-r requirements.txt\n".repeat(10_000),
        "\u{0}\u{feff}\u{202e}é".repeat(1_000),
        "&a [*a, *a]\n".repeat(1_000),
    ];
    for name in names {
        for text in &texts {
            show(&[(name, text)]);
        }
    }
}
