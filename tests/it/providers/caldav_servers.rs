//! CalDAV against servers that others wrote, Radicale and Xandikos, where `AVANOCHI_TEST_CALDAV` is the folder of their programs.
//! Where it is not set, each test says on standard error that it did not run. `.ci/run` installs both and accepts no such line.

use std::{
    fs,
    io::{self, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use avanochi::{
    config::Source,
    kernel::ManualClock,
    outbound::{
        http::{Effect, Request},
        providers::{
            Creation, Due, Edit, Failure, Fetched, Item, Page, Provider as _, Scan, Seen,
            caldav::{Account, Caldav},
        },
    },
};
use chrono_tz::Tz;
use reqwest::Method;
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

use super::outgoing;
use crate::support::time as at;

const USERNAME: &str = "me";
const PASSWORD: &str = "secret";

/// A server that ends with the test.
struct Server {
    process: Child,
    url: Url,
    _data: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _killed = self.process.kill();
        let _ended = self.process.wait();
    }
}

/// Starts a program on a free port; without a folder of programs, says that its test did not run.
async fn started(program: &str, arguments: impl Fn(&Path, u16) -> Vec<String>) -> Option<Server> {
    const FOLDER: &str = "AVANOCHI_TEST_CALDAV";
    let environment = Source::from_environment();
    let Some(folder) = environment.get(FOLDER) else {
        // Not by eprintln!, which the test harness captures.
        writeln!(io::stderr(), "CalDAV with {program} did not run: {FOLDER} is not set").expect("standard error");
        return None;
    };
    let data = TempDir::new().expect("a folder");
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    fs::write(data.path().join("htpasswd"), format!("{USERNAME}:{PASSWORD}\n")).expect("written");
    let mut command = Command::new(Path::new(folder).join(program));
    command.args(arguments(data.path(), port)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let process = command.spawn().unwrap_or_else(|error| panic!("{program} does not start: {error}"));
    let url = format!("http://127.0.0.1:{port}/").parse().expect("an address");
    let mut server = Server { process, url, _data: data };
    for _ in 0..600 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(server);
        }
        assert!(server.process.try_wait().expect("asked").is_none(), "{program} ended");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{program} does not answer");
}

fn provider(server: &Server, password: &str) -> Caldav {
    let account =
        Account { url: server.url.clone(), list: None, username: USERNAME.to_owned(), password: password.to_owned().into() };
    Caldav::new(outgoing(), Arc::new(ManualClock::at(at("2026-11-30T10:00:00Z"))), account, Tz::Europe__Berlin)
}

/// Sends what another program would.
async fn send(method: &str, url: &str, content_type: &'static str, body: &str) -> String {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let request = Request::new(Effect::Reads, method, url.parse().expect("an address")).body(content_type, body.into());
    let request = request.basic(USERNAME, &PASSWORD.to_owned().into()).expect("a header");
    let answer = outgoing().send(request).await.expect("an answer");
    assert!(answer.succeeded(), "{} {}", answer.status, String::from_utf8_lossy(&answer.body));
    String::from_utf8(answer.body).expect("text")
}

async fn pulled(provider: &Caldav, cursor: Option<&str>, scan: Scan) -> Page {
    let page = provider.pull(cursor).await.expect("a page");
    assert_eq!((page.scan, page.more), (scan, false));
    page
}

async fn updated(provider: &Caldav, item: &Item, edit: Edit) -> Item {
    let changed = provider.update(&item.external_id, &item.version, &edit, Uuid::nil()).await.expect("changed");
    assert_eq!(provider.fetch(&item.external_id).await, Ok(Fetched::Item(Box::new(changed.clone()))));
    changed
}

/// All that a synchronisation asks of a server.
async fn is_kept_in_step(provider: &Caldav) {
    let lists = provider.lists().await.expect("lists");
    let [calendar] = &lists[..] else { panic!("{lists:?}") };
    let start = pulled(provider, None, Scan::Everything).await;
    assert!(start.seen.is_empty());

    let due = Due { on: "2026-12-24".parse().expect("a date"), time: None };
    let title = "Milk, bread; \\ and \u{1f600} salt that makes this line longer than seventy-five octets".to_owned();
    let creation = Creation {
        key: Uuid::from_u128(7),
        operation: Uuid::nil(),
        title,
        notes: "one\n\ntwo".to_owned(),
        due: Some(due),
        completed_at: None,
    };
    assert_eq!(provider.find(creation.key).await, Ok(None));
    let made = provider.create(&creation).await.expect("made");
    assert_eq!(
        (&made.title, &made.notes, made.due, made.key),
        (&creation.title, &creation.notes, creation.due, Some(creation.key))
    );
    assert_eq!(provider.create(&creation).await, Err(Failure::Changed));
    assert_eq!(provider.find(creation.key).await, Ok(Some(made.clone())));
    let created = pulled(provider, Some(&start.cursor), Scan::Changes).await;
    assert_eq!(created.seen, [Seen::Item(Box::new(made.clone()))]);

    let time = chrono::NaiveTime::from_hms_opt(18, 30, 0);
    let edit =
        Edit { title: Some("Bread".into()), notes: Some(String::new()), due: Some(Some(Due { time, ..due })), completed: None };
    let changed = updated(provider, &made, edit).await;
    let done = updated(provider, &changed, Edit { completed: Some(Some(at("2026-11-30T09:00:00Z"))), ..Edit::default() }).await;
    assert_eq!((done.completed, done.completed_at), (true, Some(at("2026-11-30T09:00:00Z"))));
    let open = updated(provider, &done, Edit { completed: Some(None), ..Edit::default() }).await;
    assert!(!open.completed && open.completed_at.is_none());
    let stale = provider
        .update(&made.external_id, &made.version, &Edit { title: Some("Oil".into()), ..Edit::default() }, Uuid::nil())
        .await;
    assert_eq!(stale, Err(Failure::Changed));
    assert_eq!(provider.delete(&made.external_id, &made.version, Uuid::nil()).await, Err(Failure::Changed));

    // Another program's, with lines that are its own.
    let theirs = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nBEGIN:VTODO\r\nUID:theirs\r\nDTSTAMP:20260101T000000Z\r\n\
        SUMMARY:Theirs\r\nX-THEIRS;X-P=1:fo\r\n lded\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:ring\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n\
        END:VTODO\r\nEND:VCALENDAR\r\n";
    let address = format!("{}theirs.ics", calendar.id);
    send("PUT", &address, "text/calendar", theirs).await;
    let event = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nBEGIN:VEVENT\r\nUID:e\r\nDTSTAMP:20260101T000000Z\r\n\
        DTSTART:20260101T000000Z\r\nSUMMARY:Event\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    send("PUT", &format!("{}event.ics", calendar.id), "text/calendar", event).await;
    let page = pulled(provider, Some(&created.cursor), Scan::Changes).await;
    let Some(Seen::Item(found)) = page.seen.iter().find(|seen| matches!(seen, Seen::Item(item) if item.title == "Theirs")) else {
        panic!("{:?}", page.seen)
    };
    assert_eq!(page.seen.len(), 2, "{:?}", page.seen);
    let before = send("GET", &address, "text/plain", "").await;
    updated(provider, found, Edit { title: Some("Ours".into()), ..Edit::default() }).await;
    let after = send("GET", &address, "text/plain", "").await;
    let kept = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.retain(|line| !["SUMMARY", "DTSTAMP", "LAST-MODIFIED"].iter().any(|ours| line.starts_with(ours)));
        lines.sort_unstable();
        lines
    };
    assert_eq!(kept(&before), kept(&after));
    let everything = pulled(provider, None, Scan::Everything).await;
    assert_eq!(everything.seen.len(), 2, "{:?}", everything.seen);

    assert_eq!(provider.delete(&open.external_id, &open.version, Uuid::nil()).await, Ok(()));
    assert_eq!(provider.delete(&open.external_id, &open.version, Uuid::nil()).await, Ok(()));
    let gone = pulled(provider, Some(&everything.cursor), Scan::Changes).await;
    assert_eq!(gone.seen, [Seen::Gone(open.external_id.clone())]);
    assert_eq!(provider.fetch(&open.external_id).await, Ok(Fetched::Gone));
    let unknown = r#"{"from":{"token":"http://radicale.org/ns/sync/0000000000000000000000000000000000000000000000000000000000000000"},"after":null,"next":null}"#;
    assert_eq!(provider.pull(Some(unknown)).await, Err(Failure::CursorLost));
}

#[tokio::test]
async fn radicale() {
    let Some(server) = started("radicale", |data, port| {
        let mut arguments = vec![format!("--server-hosts=127.0.0.1:{port}"), "--auth-type=htpasswd".into()];
        arguments.push("--auth-htpasswd-encryption=plain".into());
        arguments.push(format!("--auth-htpasswd-filename={}", data.join("htpasswd").display()));
        arguments.push(format!("--storage-filesystem-folder={}", data.join("collections").display()));
        arguments
    })
    .await
    else {
        return;
    };
    assert_eq!(provider(&server, "wrong").pull(None).await, Err(Failure::Unauthorized));
    assert_eq!(provider(&server, PASSWORD).pull(None).await, Err(Failure::NotFound));
    let takes_all = r#"<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop><D:displayname>Tasks</D:displayname></D:prop></D:set></C:mkcalendar>"#;
    send("MKCALENDAR", &format!("{}{USERNAME}/tasks/", server.url), "text/xml", takes_all).await;
    is_kept_in_step(&provider(&server, PASSWORD)).await;
}

/// It asks for no password without TLS.
#[tokio::test]
async fn xandikos() {
    let Some(server) = started("xandikos", |data, port| {
        let state = data.join("state").display().to_string();
        let data = data.join("data").display().to_string();
        let arguments =
            ["serve", "--defaults", "--no-detect-systemd", "-l", "127.0.0.1", "-d", &data, "--state-dir", &state, "-p"];
        arguments.into_iter().map(str::to_owned).chain([port.to_string()]).collect()
    })
    .await
    else {
        return;
    };
    is_kept_in_step(&provider(&server, PASSWORD)).await;
}
