//! Import names against names of packages.
use model::{Import, Package};

use crate::read::normal_name;

/// Packages of `PyPI` whose modules are called otherwise: distribution, modules.
const PYTHON: &[(&str, &[&str])] = &[
    ("antlr4-python3-runtime", &["antlr4"]),
    ("attrs", &["attr", "attrs"]),
    ("aws-lambda-powertools", &["aws_lambda_powertools"]),
    ("aws-xray-sdk", &["aws_xray_sdk"]),
    ("beautifulsoup4", &["bs4"]),
    ("biopython", &["Bio"]),
    ("dnspython", &["dns"]),
    ("django-cors-headers", &["corsheaders"]),
    ("django-filter", &["django_filters"]),
    ("djangorestframework", &["rest_framework"]),
    ("docker-py", &["docker"]),
    ("fonttools", &["fontTools"]),
    ("gitpython", &["git"]),
    ("google-api-python-client", &["googleapiclient", "apiclient"]),
    ("googlemaps", &["googlemaps"]),
    ("grpcio", &["grpc"]),
    ("gevent-websocket", &["geventwebsocket"]),
    ("ibm-db", &["ibm_db"]),
    ("importlib-metadata", &["importlib_metadata"]),
    ("jinja2", &["jinja2"]),
    ("jwcrypto", &["jwcrypto"]),
    ("kafka-python", &["kafka"]),
    ("ldap3", &["ldap3"]),
    ("levenshtein", &["Levenshtein"]),
    ("markdown", &["markdown"]),
    ("msgpack-python", &["msgpack"]),
    ("mysql-connector-python", &["mysql"]),
    ("mysqlclient", &["MySQLdb"]),
    ("newrelic", &["newrelic"]),
    ("opencv-python", &["cv2"]),
    ("opencv-contrib-python", &["cv2"]),
    ("opencv-python-headless", &["cv2"]),
    ("paho-mqtt", &["paho"]),
    ("pdfminer-six", &["pdfminer"]),
    ("pillow", &["PIL"]),
    ("pillow-simd", &["PIL"]),
    ("protobuf", &["google.protobuf"]),
    ("psycopg2-binary", &["psycopg2"]),
    ("aws-psycopg2", &["psycopg2"]),
    ("pycrypto", &["Crypto"]),
    ("pycryptodome", &["Crypto"]),
    ("pycryptodomex", &["Cryptodome"]),
    ("pyjwt", &["jwt"]),
    ("pymongo", &["pymongo", "bson", "gridfs"]),
    ("pymupdf", &["fitz", "pymupdf"]),
    ("pynacl", &["nacl"]),
    ("pyopenssl", &["OpenSSL"]),
    ("pypdf2", &["PyPDF2"]),
    ("pyserial", &["serial"]),
    ("pysaml2", &["saml2"]),
    ("python-dateutil", &["dateutil"]),
    ("python-docx", &["docx"]),
    ("python-dotenv", &["dotenv"]),
    ("python-jose", &["jose"]),
    ("python-ldap", &["ldap"]),
    ("python-magic", &["magic"]),
    ("python-multipart", &["multipart", "python_multipart"]),
    ("python-pptx", &["pptx"]),
    ("python-slugify", &["slugify"]),
    ("python3-saml", &["onelogin"]),
    ("pywin32", &["win32api", "win32com"]),
    ("pyyaml", &["yaml"]),
    ("pyzmq", &["zmq"]),
    ("ruamel-yaml", &["ruamel.yaml"]),
    ("scikit-image", &["skimage"]),
    ("scikit-learn", &["sklearn"]),
    ("sentry-sdk", &["sentry_sdk"]),
    ("setuptools", &["setuptools", "pkg_resources"]),
    ("slackclient", &["slack"]),
    ("speechrecognition", &["speech_recognition"]),
    ("stripe", &["stripe"]),
    ("tensorflow-cpu", &["tensorflow"]),
    ("twilio", &["twilio"]),
    ("typing-extensions", &["typing_extensions"]),
    ("websocket-client", &["websocket"]),
    ("werkzeug", &["werkzeug"]),
    ("zope-interface", &["zope.interface"]),
];

/// Packages that others load by a name in a setting: drivers of databases, servers, plug-ins.
const LOADED_BY_NAME: &[&str] = &[
    "aiomysql",
    "aiosqlite",
    "asyncpg",
    "better-sqlite3",
    "cx-oracle",
    "gunicorn",
    "mangum",
    "mysql",
    "mysql2",
    "mysqlclient",
    "newrelic",
    "oracledb",
    "pg",
    "pg-hstore",
    "pg-native",
    "psycopg",
    "psycopg2",
    "psycopg2-binary",
    "pymysql",
    "pymssql",
    "pyodbc",
    "redis",
    "serverless-http",
    "sqlite3",
    "tedious",
    "uvicorn",
    "dd-trace",
    "ddtrace",
    "datadog-lambda",
    "datadog-lambda-js",
    "source-map-support",
    "tzdata",
];

/// Whether code that imports this loads the package.
pub(super) fn provides(package: &Package, import: &Import) -> bool {
    if package.ecosystem != "PyPI" {
        return import.package == package.name;
    }
    let begins_with = |module: &str| {
        import.module == module
            || import.module.strip_prefix(module).is_some_and(|rest| rest.starts_with('.'))
            || import.package == module
    };
    if !package.modules.is_empty() {
        return package.modules.iter().any(|module| begins_with(module));
    }
    if let Some((_, modules)) = PYTHON.iter().find(|(name, _)| *name == package.name) {
        return modules.iter().any(|module| begins_with(module));
    }
    // `google.cloud.storage` is of `google-cloud-storage`: some beginning of the module is the name.
    let ends = import.module.match_indices('.').map(|(at, _)| at).chain([import.module.len()]);
    let mut beginnings = ends.filter_map(|end| import.module.get(..end));
    beginnings.any(|beginning| normal_name(beginning) == package.name)
        || normal_name(&import.package) == package.name
}

/// Whether no import says that a package is used.
pub(super) fn is_loaded_by_name(package: &Package) -> bool {
    LOADED_BY_NAME.contains(&package.name.as_str()) || package.name.starts_with("@types/")
}
