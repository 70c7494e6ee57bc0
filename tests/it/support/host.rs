//! A small stand-in for the Azure Functions host in front of the real binary: it reads the files of the function app as
//! the host does, and hands requests on in either of the host's two ways.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
};

use serde_json::Value;
use ureq::SendBody;

use super::{
    Answer,
    http::Http,
    process::{Process, Program},
};

/// The name under which the public knows the app.
pub const PUBLIC_NAME: &str = "app.example";

/// What .NET takes for headers of a body, and so does not copy to a request that it rebuilds.
const LOST: &[&str] = &[
    "content-encoding",
    "content-language",
    "content-disposition",
    "content-location",
    "content-range",
    "content-md5",
    "allow",
    "expires",
    "last-modified",
];

/// How requests are handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Rebuilt, as `enableForwardingHttpRequest` has it.
    Forwarding,
    /// As they are, but for the addresses, as `enableProxyingHttpRequest` has it.
    Proxying,
}

pub const WAYS: [Way; 2] = [Way::Forwarding, Way::Proxying];

/// A request as the public sends it.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Content,
}

#[derive(Debug, Clone)]
pub enum Content {
    None,
    Sized(Vec<u8>),
    Chunked(Vec<u8>),
}

/// What became of a request.
#[derive(Debug)]
pub struct Handled {
    pub answer: Answer,
    /// The function that took it, and the id of the invocation.
    pub function: String,
    pub invocation: String,
}

#[derive(Debug)]
pub struct Host {
    pub process: Process,
    way: Way,
    prefix: String,
    functions: Vec<Function>,
}

#[derive(Debug)]
struct Function {
    name: String,
    route: Vec<String>,
    methods: Option<Vec<String>>,
}

impl Host {
    /// Starts the binary in `folder` for the app at the root of the repository, and pings it until it answers.
    pub fn start(folder: &Path, way: Way) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let settings = read(&root.join("host.json"));
        let handler = &settings["customHandler"];
        // An older host knows only the first and wraps without it; a newer one prefers the second.
        for flag in ["enableForwardingHttpRequest", "enableProxyingHttpRequest"] {
            assert_eq!(handler[flag], true, "{flag}");
        }
        let prefix = settings["extensions"]["http"]["routePrefix"].as_str().unwrap_or("api").to_owned();
        // The host says where to listen and adds names of its own; the app settings are in the environment too.
        let mut program = Program::new(folder).set("FUNCTIONS_CUSTOMHANDLER_PORT", "0").set("FUNCTIONS_HTTPWORKER_PORT", "0");
        let local = read(&root.join("local.settings.json"));
        for (name, value) in local["Values"].as_object().expect("Values") {
            program = program.set(name, value.as_str().expect("text"));
        }
        let process = program.start();
        // Any answer at all means ready.
        process.http().get("/");
        Self { process, way, prefix, functions: functions(root) }
    }

    /// Takes a request from the public. What no function takes is answered by the host itself, with no body.
    #[track_caller]
    pub fn handle(&self, asked: &Asked) -> Handled {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let invocation = format!("0a1b2c3d-0000-4000-8000-{:012x}", COUNT.fetch_add(1, Ordering::Relaxed));
        let (path, query) =
            asked.target.split_once('?').map_or((asked.target.as_str(), None), |(path, query)| (path, Some(query)));
        let found = path
            .strip_prefix(&format!("/{}/", self.prefix))
            .and_then(|rest| self.functions.iter().find(|function| function.takes(&asked.method, rest)))
            .unwrap_or_else(|| panic!("no function takes {} {path}", asked.method));
        let answer = match self.way {
            Way::Forwarding => self.forward(asked, path, query, &invocation),
            Way::Proxying => self.proxy(asked, &invocation),
        };
        Handled { answer, function: found.name.clone(), invocation }
    }

    fn forward(&self, asked: &Asked, path: &str, query: Option<&str>, invocation: &str) -> Answer {
        let target = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{}", rebuilt(query)));
        let mut headers = vec![("host".to_owned(), PUBLIC_NAME.to_owned())];
        for (name, value) in &asked.headers {
            match name.as_str() {
                lost if LOST.contains(&lost) => {}
                "user-agent" => headers.push((name.clone(), format!("{value} Azure-Functions-Host/4.1037.0.0"))),
                _ => headers.push((name.clone(), value.clone())),
            }
        }
        headers.extend([
            ("x-azure-functions-invocationid".to_owned(), invocation.to_owned()),
            ("x-azure-functions-hostversion".to_owned(), "4.1037.0.0".to_owned()),
        ]);
        assert!(!matches!(asked.body, Content::Chunked(_)), "the host cannot forward a body without a length");
        self.exchange(asked, &target, headers)
    }

    fn proxy(&self, asked: &Asked, invocation: &str) -> Answer {
        let ours = [
            ("host", self.process.address.to_string()),
            ("x-forwarded-host", PUBLIC_NAME.to_owned()),
            ("x-forwarded-for", "127.0.0.1".to_owned()),
            ("x-forwarded-proto", "http".to_owned()),
            ("x-azure-functions-invocationid", invocation.to_owned()),
            ("x-azure-functions-hostversion", "4.1048.0.0".to_owned()),
            ("x-ms-invocation-id", invocation.to_owned()),
        ];
        let theirs = asked.headers.iter().filter(|(name, _)| !ours.iter().any(|(known, _)| known == name)).cloned();
        let headers = theirs.chain(ours.iter().map(|(name, value)| ((*name).to_owned(), value.clone()))).collect();
        self.exchange(asked, &asked.target, headers)
    }

    fn exchange(&self, asked: &Asked, target: &str, mut headers: Vec<(String, String)>) -> Answer {
        let body = match &asked.body {
            Content::Sized(bytes) if !bytes.is_empty() => {
                headers.push(("content-length".to_owned(), bytes.len().to_string()));
                bytes
            }
            Content::None | Content::Sized(_) => return self.deliver(asked, target, &headers, SendBody::none()),
            Content::Chunked(bytes) => {
                headers.push(("transfer-encoding".to_owned(), "chunked".to_owned()));
                bytes
            }
        };
        self.deliver(asked, target, &headers, SendBody::from_owned_reader(std::io::Cursor::new(body.clone())))
    }

    fn deliver(&self, asked: &Asked, target: &str, headers: &[(String, String)], body: SendBody<'_>) -> Answer {
        let answer = Http::new(self.process.address).exchange(&asked.method, target, headers, body);
        answer.unwrap_or_else(|| panic!("no answer to {asked:?}: {}", self.process.output()))
    }
}

impl Function {
    /// Literals match without regard to case, and one slash at the end is overlooked.
    fn takes(&self, method: &str, path: &str) -> bool {
        let mut parts = path.strip_suffix('/').unwrap_or(path).split('/');
        let fits = self.route.iter().all(|template| {
            if template.starts_with("{*") {
                parts.by_ref().for_each(drop);
                return true;
            }
            assert!(!template.contains('{'), "the stand-in does not know {template}");
            parts.next().is_some_and(|part| part.eq_ignore_ascii_case(template))
        });
        let methods = self.methods.as_ref();
        fits && parts.next().is_none() && methods.is_none_or(|all| all.iter().any(|one| one.eq_ignore_ascii_case(method)))
    }
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The functions that requests can reach, in the order in which the host asks them: by name, first match wins.
fn functions(root: &Path) -> Vec<Function> {
    let folders = fs::read_dir(root).expect("the app").map(|entry| entry.expect("an entry").path());
    let mut functions: Vec<Function> = folders
        .filter(|folder| folder.join("function.json").is_file())
        .filter_map(|folder| {
            let name = folder.file_name()?.to_str()?.to_owned();
            let bindings = read(&folder.join("function.json"))["bindings"].as_array().expect("bindings").clone();
            let trigger = bindings.iter().find(|binding| binding["type"] == "httpTrigger")?;
            // Anything more, and the host would wrap the request.
            assert!(bindings.len() == 2 && bindings.iter().any(|binding| binding["type"] == "http"), "{name}: {bindings:?}");
            assert_eq!(trigger["authLevel"], "anonymous", "{name}: the host would ask for a key");
            let route = trigger["route"].as_str().unwrap_or(&name).split('/').map(str::to_owned).collect();
            let names = |list: &Vec<Value>| list.iter().filter_map(|one| Some(one.as_str()?.to_owned())).collect();
            let methods = trigger["methods"].as_array().map(names);
            Some(Function { name, route, methods })
        })
        .collect();
    // In upper case, where an underscore comes after the letters.
    functions.sort_by_key(|function| function.name.to_uppercase());
    functions
}

/// A key that is repeated arrives once, with its values joined by a comma.
fn rebuilt(query: &str) -> String {
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        match pairs.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.extend(["%2C", value]),
            None => pairs.push((key, value.to_owned())),
        }
    }
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&")
}
