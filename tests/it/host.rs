//! The program behind the Functions host: the same API through the function folders and both ways in which requests
//! are handed on.

use serde_json::{Value, json};

use crate::{
    support::{
        PASSWORD,
        host::{Asked, Content, Handled, Host, WAYS, Way},
    },
    webhooks::by_github,
};

/// Somebody out there, who knows only the public name.
struct Public<'h> {
    host: &'h Host,
    headers: Vec<(String, String)>,
}

impl<'h> Public<'h> {
    fn of(host: &'h Host) -> Self {
        let headers = [
            ("user-agent", "Browser/1.0"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-for", "203.0.113.7:4711"),
            ("x-arr-log-id", "a"),
        ];
        Self { host, headers: headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }

    fn with(&self, name: &str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.push((name.to_owned(), value.to_owned()));
        Self { host: self.host, headers }
    }

    #[track_caller]
    fn ask(&self, method: &str, target: &str, body: Option<Value>) -> Handled {
        let body = body.map_or(Content::None, |body| Content::Sized(body.to_string().into_bytes()));
        self.ask_with(method, target, body)
    }

    #[track_caller]
    fn ask_with(&self, method: &str, target: &str, body: Content) -> Handled {
        let mut headers = self.headers.clone();
        if !matches!(body, Content::None) {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        self.host.handle(&Asked { method: method.to_owned(), target: target.to_owned(), headers, body })
    }

    /// Registers and logs in: the caller with the token, and the user's id.
    fn account(&self, name: &str) -> (Self, String) {
        let credentials = json!({ "username": name, "password": PASSWORD });
        let registered = self.ask("POST", "/api/auth/register", Some(credentials.clone()));
        assert_eq!((registered.answer.status, registered.function.as_str()), (201, "zz_api"), "{registered:?}");
        let login = self.ask("POST", "/api/auth/login", Some(credentials)).answer;
        assert_eq!(login.status, 200, "{login:?}");
        (self.with("authorization", &format!("Bearer {}", login.text("token"))), login.text("user_id"))
    }
}

/// Runs the test in both ways, each with a program and a folder of its own.
fn in_both_ways(test: impl Fn(&Host, &Public<'_>, Way)) {
    for way in WAYS {
        println!("{way:?}");
        let folder = tempfile::tempdir().expect("a folder");
        let host = Host::start(folder.path(), way);
        test(&host, &Public::of(&host), way);
    }
}

#[test]
fn the_whole_flow_goes_through_the_function_folders() {
    in_both_ways(|_, public, _| {
        let (ann, id) = public.account("ann");
        let user = json!({ "user_id": id });
        let created = ann.ask("POST", "/api/tasks", Some(json!({ "title": "first", "user_id": id })));
        assert_eq!((created.answer.status, created.function.as_str()), (201, "tasks"), "{created:?}");
        let location = created.answer.header("location").expect("Location").to_owned();
        // With no body at all, which neither way gives a length.
        let completed = ann.ask("PATCH", &location, None).answer;
        assert_eq!((completed.status, &completed.body["completed"]), (200, &json!(true)), "{completed:?}");
        let started = ann.ask("POST", "/api/work_sessions/start", Some(user.clone()));
        assert_eq!((started.answer.status, started.function.as_str()), (201, "work_sessions"), "{started:?}");
        let session = started.answer.text("id");
        let active = ann.ask("GET", &format!("/api/work_sessions/active?user_id={id}"), None).answer;
        assert_eq!((active.status, active.text("id")), (200, session.clone()), "{active:?}");
        assert_eq!(ann.ask("POST", &format!("/api/work_sessions/{session}/end"), None).answer.status, 200);
        for target in [format!("/api/stats/{id}"), format!("/api/stats?user_id={id}")] {
            let stats = ann.ask("GET", &target, None);
            assert_eq!((stats.answer.status, stats.function.as_str()), (200, "stats"), "{stats:?}");
            let numbers = ["total_tasks", "completed_tasks", "total_sessions", "current_streak"];
            assert!(numbers.iter().all(|name| stats.answer.body[name] == 1), "{stats:?}");
        }
        let renamed = ann.ask("PATCH", &format!("/api/users/{id}"), Some(json!({ "name": "Ann" })));
        assert_eq!((renamed.answer.status, renamed.function.as_str()), (200, "zz_api"), "{renamed:?}");
        assert_eq!(ann.ask("DELETE", &location, None).answer.status, 204);
        ann.ask("GET", &location, None).answer.assert_error(404, "not_found");
        public.ask("GET", "/api/tasks", None).answer.assert_error(401, "unauthorized");
    });
}

#[test]
fn every_route_reaches_the_program_through_one_function() {
    in_both_ways(|_, public, _| {
        let document = public.ask("GET", "/api/openapi.json", None);
        assert_eq!((document.answer.status, document.function.as_str()), (200, "zz_api"), "{document:?}");
        let paths = document.answer.body["paths"].as_object().expect("paths").clone();
        let mut seen = 0;
        for (path, methods) in &paths {
            let name = path.split('/').nth(2).expect("a resource");
            let target: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect();
            for method in methods
                .as_object()
                .expect("methods")
                .keys()
                .filter(|key| ["get", "post", "patch", "delete"].contains(&key.as_str()))
            {
                let handled = public.ask(&method.to_uppercase(), &target.join("/"), None);
                let expected = if ["stats", "tasks", "work_sessions"].contains(&name) { name } else { "zz_api" };
                assert_eq!(handled.function, expected, "{method} {path}");
                let status = handled.answer.status;
                // What is reached by a link alone says that there is no such link, and not that there is no such route.
                let is_no_link = status == 404 && handled.answer.body["error"] == "Link not found";
                assert!(is_no_link || (![404, 405].contains(&status) && status < 500), "{method} {path}: {handled:?}");
                seen += 1;
            }
        }
        assert!(seen >= 20, "{seen}");
    });
}

#[test]
fn what_the_host_knows_nothing_of_is_answered_by_the_program() {
    in_both_ways(|_, public, _| {
        for target in ["/api/nothing", "/api/", "/api/docs/nothing", "/api/taskses"] {
            let nothing = public.ask("GET", target, None);
            assert_eq!(nothing.function, "zz_api");
            nothing.answer.assert_error(404, "not_found");
        }
        let page = public.ask("GET", "/api/docs/", None);
        assert_eq!((page.answer.status, page.function.as_str()), (200, "zz_api"), "{page:?}");
        assert!(page.answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{page:?}");
        assert_eq!(public.ask("GET", "/api/docs", None).answer.header("location"), Some("/api/docs/"));
        // The host itself would say 404.
        for (method, target, function) in
            [("PUT", "/api/tasks", "tasks"), ("GET", "/api/auth/login", "zz_api"), ("DELETE", "/api/health", "zz_api")]
        {
            let refused = public.ask(method, target, None);
            assert_eq!(refused.function, function);
            refused.answer.assert_error(405, "method_not_allowed").assert_says(&format!("Method {method} not allowed"));
            assert!(refused.answer.header("allow").is_some_and(|allow| !allow.is_empty()), "{refused:?}");
        }
    });
}

#[test]
fn a_cookie_for_a_public_name_is_secure_and_counts_for_its_own_pages() {
    in_both_ways(|_, public, _| {
        let (_, id) = public.account("ann");
        let login = public.ask("POST", "/api/auth/login", Some(json!({ "username": "ann", "password": PASSWORD }))).answer;
        let cookie = login.header("set-cookie").expect("a cookie");
        assert!(cookie.starts_with("auth_token=") && cookie.ends_with("; Secure"), "{cookie}");
        let browser = public.with("cookie", cookie.split(';').next().expect("a pair"));
        let task = || Some(json!({ "title": "from a page", "user_id": id }));
        let from = |origin: &str| browser.with("origin", origin).ask("POST", "/api/tasks", task()).answer.status;
        assert_eq!((from("https://app.example"), from("https://evil.example"), from("null")), (201, 401, 401));
        assert_eq!(browser.ask("GET", "/api/auth/me", None).answer.text("id"), id);
        let out = browser.ask("POST", "/api/auth/logout", None).answer;
        assert!(out.header("set-cookie").is_some_and(|cookie| cookie.ends_with("; Secure")), "{out:?}");
    });
}

#[test]
fn the_log_line_of_a_request_has_the_id_of_its_invocation() {
    in_both_ways(|host, public, _| {
        let handled = public.with("x-request-id", "seen-by-the-caller").ask("GET", "/api/health", None);
        let line = host.process.wait_for_log(|event| event["invocation_id"] == handled.invocation.as_str());
        assert_eq!((&line["request_id"], &line["route"]), (&json!("seen-by-the-caller"), &json!("/api/health")), "{line}");
        // Pings come all the time; none of them is told of.
        let requests = host.process.stdout.text().lines().filter(|line| line.contains("\"message\":\"request\"")).count();
        assert_eq!(requests, 1, "{}", host.process.output());
    });
}

#[test]
fn bodies_arrive_however_they_were_sent() {
    in_both_ways(|_, public, way| {
        let (ann, id) = public.account("ann");
        let title = "Ünïcödé ☕ ".repeat(40).trim().to_owned();
        let body = json!({ "title": title, "user_id": id }).to_string().into_bytes();
        let sized = ann.ask_with("POST", "/api/tasks", Content::Sized(body.clone())).answer;
        assert_eq!((sized.status, sized.text("title")), (201, title.clone()), "{sized:?}");
        if way == Way::Proxying {
            let chunked = ann.ask_with("POST", "/api/tasks", Content::Chunked(body.clone())).answer;
            assert_eq!((chunked.status, chunked.text("title")), (201, title), "{chunked:?}");
        }
        // Compressed, which the rebuilt request does not say any more.
        let packed =
            ann.with("content-encoding", "gzip").ask_with("POST", "/api/tasks", Content::Sized(b"\x1f\x8b\x08\0\0".to_vec()));
        let (status, code) = if way == Way::Proxying { (415, "unsupported_media_type") } else { (400, "invalid_json") };
        packed.answer.assert_error(status, code);
        let too_much = ann.ask_with("POST", "/api/tasks", Content::Sized(vec![b' '; 70_000]));
        too_much.answer.assert_error(413, "body_too_large");
        // Parameters given twice are one parameter after a rebuild, and refused either way.
        let twice = ann.ask("GET", "/api/tasks?limit=1&limit=2", None).answer;
        assert_eq!(twice.status, 400, "{twice:?}");
    });
}

#[test]
fn a_delivery_arrives_byte_for_byte() {
    in_both_ways(|_, public, way| {
        let (ann, _) = public.account("ann");
        let connection =
            json!({ "provider": "github", "settings": { "repositories": ["octo/app"] }, "credential": { "token": "a token" } });
        let connection = ann.ask("POST", "/api/connections", Some(connection)).answer;
        assert_eq!(connection.status, 201, "{connection:?}");
        let path = format!("/api/connections/{}/webhooks", connection.text("id"));
        let secret = "what the sender signs with".replace(' ', "-");
        let made = ann.ask("POST", &path, Some(json!({ "secret": secret }))).answer;
        assert_eq!(made.status, 201, "{made:?}");
        let url = made.text("url");
        let address = &url[url.find("/api/").expect("a path")..];
        // All bytes there are, which is no text, and more than one piece of it.
        let body: Vec<u8> = (0..=255).cycle().take(300_000).collect();
        let sender = public.with("x-hub-signature-256", &by_github(&secret, &body));
        let taken = sender.ask_with("POST", address, Content::Sized(body.clone()));
        assert_eq!((taken.answer.status, taken.function.as_str()), (200, "webhook_receiver"), "{taken:?}");
        if way == Way::Proxying {
            assert_eq!(sender.ask_with("POST", address, Content::Chunked(body.clone())).answer.status, 200);
        }
        let changed = [&body[..], b"\n"].concat();
        let refused = sender.ask_with("POST", address, Content::Sized(changed)).answer;
        assert_eq!((refused.status, &refused.body), (401, &Value::Null), "{refused:?}");
        assert_eq!(sender.ask("HEAD", address, None).answer.status, 200);
    });
}
