//! Consents over HTTP: the way to a service and back, for the browser in which it began alone.

use std::time::Duration;

use avanochi::{jobs::queue::Queue as _, kernel::Clock as _};
use axum::{body::Body, http::Request};
use http_body_util::BodyExt as _;
use sandbox::{
    Fault, Reply, Running,
    oauth::{CLIENT_ID, CLIENT_SECRET, Manners, Oauth},
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::{
    Answer, Client, LONG_TOKENS, TestApp,
    events::{documents, queue},
};

struct World {
    app: TestApp,
    service: Running<Oauth>,
    ann: Client,
    /// The address of a connection that waits for a consent.
    connection: String,
    id: String,
}

/// What leaves with a person who goes to a service.
struct Visit {
    url: String,
    cookie: String,
}

impl World {
    async fn new(provider: &str) -> Self {
        Self::with(provider, Manners::default()).await
    }

    async fn with(provider: &str, manners: Manners) -> Self {
        let service = Oauth::start(sandbox::Clock::machine(), manners, 0).await.expect("started");
        let url = service.url.as_str();
        let token_url = format!("{url}/oauth/access_token");
        let app = TestApp::with(&[
            LONG_TOKENS,
            ("AVANOCHI_PUBLIC_URL", "https://avanochi.example"),
            ("GITHUB_CLIENT_ID", CLIENT_ID),
            ("GITHUB_CLIENT_SECRET", CLIENT_SECRET),
            ("GITHUB_LOGIN_URL", url),
            ("GITHUB_API_URL", url),
            ("TODOIST_CLIENT_ID", CLIENT_ID),
            ("TODOIST_CLIENT_SECRET", CLIENT_SECRET),
            ("TODOIST_LOGIN_URL", url),
            ("TODOIST_API_URL", url),
            ("TODOIST_TOKEN_URL", &token_url),
            ("MICROSOFT_CLIENT_ID", CLIENT_ID),
            ("MICROSOFT_CLIENT_SECRET", CLIENT_SECRET),
            ("MICROSOFT_LOGIN_URL", url),
        ]);
        let ann = app.somebody().await;
        let settings = if provider == "github" { json!({ "repositories": ["ann/things"] }) } else { json!({}) };
        let made = ann.post("/api/connections", json!({ "provider": provider, "settings": settings })).await;
        assert_eq!((made.status, made.text("status").as_str()), (201, "pending"), "{made:?}");
        let id = made.text("id");
        Self { connection: format!("/api/connections/{id}"), id, app, service, ann }
    }

    async fn begin(&self) -> Visit {
        let answer = self.ann.get(&format!("{}/authorize", self.connection)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        Visit { url: answer.text("url"), cookie: set_cookie(&answer) }
    }

    async fn ways_back(&self, visit: &Visit) -> [String; 2] {
        ways_back(&self.service, &visit.url).await
    }

    /// The browser comes back.
    async fn back(&self, path: &str, cookie: &str) -> Answer {
        self.app.anonymous().with_header("cookie", cookie).get(path).await
    }

    fn target(&self, result: &str) -> String {
        format!("https://avanochi.example/app/#/integrations?connection={}&result={result}", self.id)
    }

    async fn shown(&self) -> Value {
        self.ann.get(&self.connection).await.body
    }

    fn asked_for_tokens(&self) -> usize {
        self.service.stand.log.take().iter().filter(|asked| asked.method == "POST").count()
    }

    async fn messages(&self) -> Vec<Value> {
        let mut found = Vec::new();
        let queue = queue(&self.app);
        while let Some(delivery) = queue.receive("sync-inbound", Duration::from_mins(6)).await.expect("asked") {
            found.push(delivery.body);
            let _ = queue.complete(&delivery.receipt).await.expect("completed");
        }
        found
    }
}

/// Where the service's page at that address leads with a yes and a no.
pub async fn ways_back(service: &Running<Oauth>, url: &str) -> [String; 2] {
    ways_back_to(service, url, "https://avanochi.example").await
}

/// The same for a program that is reached under another address.
pub async fn ways_back_to(service: &Running<Oauth>, url: &str, public_url: &str) -> [String; 2] {
    let path = url.strip_prefix(&service.url).expect("the service");
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let answer = service.state.router().oneshot(request).await.expect("infallible");
    let page = answer.into_body().collect().await.expect("a page").to_bytes();
    let page = String::from_utf8_lossy(&page).replace("&amp;", "&");
    ["allow", "deny"].map(|way| {
        let (_, rest) = page.split_once(&format!("id={way} href=\"")).unwrap_or_else(|| panic!("{page}"));
        let url = rest.split('"').next().expect("an address");
        url.strip_prefix(public_url).expect("our own address").to_owned()
    })
}

/// As a browser sends it back.
pub fn set_cookie(answer: &Answer) -> String {
    let value = answer.headers.get("set-cookie").and_then(|value| value.to_str().ok()).expect("a cookie");
    value.split(';').next().expect("a pair").to_owned()
}

fn location(answer: &Answer) -> &str {
    answer.headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[tokio::test]
async fn a_person_consents_at_each_service_and_is_led_back() {
    for provider in ["github", "todoist", "microsoft_todo"] {
        let world = World::new(provider).await;
        let begun = world.ann.get(&format!("{}/authorize", world.connection)).await;
        let cookie = begun.headers["set-cookie"].to_str().expect("text").to_owned();
        for part in ["oauth_state=", "; HttpOnly", "; SameSite=Lax", "; Path=/api/oauth", "; Max-Age=600"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let url = begun.text("url");
        assert!(url.contains("code_challenge_method=S256") && url.contains("response_type=code"), "{url}");
        let redirect = "redirect_uri=https%3A%2F%2Favanochi.example%2Fapi%2Foauth%2Fcallback";
        assert!(url.contains(redirect), "{url}");

        let visit = Visit { url, cookie: set_cookie(&begun) };
        let _ = world.messages().await;
        let [allow, _] = world.ways_back(&visit).await;
        let back = world.back(&allow, &visit.cookie).await;
        assert_eq!((back.status, location(&back)), (303, world.target("ok").as_str()), "{back:?}");
        assert!(back.headers["set-cookie"].to_str().expect("text").contains("Max-Age=0"));
        assert_eq!(back.headers["cache-control"], "no-store");
        let shown = world.shown().await;
        assert_eq!(shown["credential"]["kind"], "oauth", "{shown}");
        assert_eq!(shown["credential"]["scopes"], json!(["tasks"]), "{shown}");
        let messages = world.messages().await;
        assert_eq!(messages.iter().map(|message| &message["connection_id"]).collect::<Vec<_>>(), [&json!(world.id)]);

        // Nothing of what was exchanged is stored or shown.
        let mut all = format!("{shown} {back:?}");
        for document in documents(&world.app, &world.ann.id).await {
            all.push_str(&document.body);
        }
        for secret in ["sandbox-access", "sandbox-refresh", "sandbox-code", CLIENT_SECRET] {
            assert!(!all.contains(secret), "{provider}: {secret}");
        }
    }
}

#[tokio::test]
async fn what_did_not_begin_in_this_browser_ends_nothing_and_asks_nobody() {
    let world = World::new("github").await;
    let (visit, other) = (world.begin().await, World::new("github").await.begin().await);
    let [allow, deny] = world.ways_back(&visit).await;
    world.service.stand.log.take();
    let strange = allow.replace("state=", "state=A");
    let stateless = allow.split("state=").next().expect("a path").to_owned();
    for (path, cookie) in [
        (allow.as_str(), ""),
        (&allow, "oauth_state="),
        (&allow, "other=1"),
        (&allow, &other.cookie),
        (&deny, &other.cookie),
        (&strange, &visit.cookie),
        (&stateless, &visit.cookie),
        ("/api/oauth/callback", &visit.cookie),
    ] {
        world.back(path, cookie).await.assert_error(400, "oauth_state");
    }
    assert_eq!(world.asked_for_tokens(), 0);
    // The attempt itself is as it was, and ends once.
    let several = format!("oauth_state=stale; {}", visit.cookie);
    assert_eq!(location(&world.back(&allow, &several).await), world.target("ok"));
    assert_eq!(world.asked_for_tokens(), 1);
    world.back(&allow, &visit.cookie).await.assert_error(400, "oauth_state");
    assert_eq!(world.asked_for_tokens(), 0);
}

#[tokio::test]
async fn an_attempt_is_void_after_ten_minutes_or_when_another_begins() {
    let world = World::new("todoist").await;
    let late = world.begin().await;
    let [allow, _] = world.ways_back(&late).await;
    world.app.advance_seconds(600);
    world.back(&allow, &late.cookie).await.assert_error(400, "oauth_state");

    let (first, second) = (world.begin().await, world.begin().await);
    let [former, _] = world.ways_back(&first).await;
    world.back(&former, &first.cookie).await.assert_error(400, "oauth_state");
    let [allow, _] = world.ways_back(&second).await;
    world.app.advance_seconds(599);
    assert_eq!(location(&world.back(&allow, &second.cookie).await), world.target("ok"));
}

#[tokio::test]
async fn whoever_says_no_changes_nothing() {
    let world = World::new("microsoft_todo").await;
    let visit = world.begin().await;
    let [_, deny] = world.ways_back(&visit).await;
    assert_eq!(location(&world.back(&deny, &visit.cookie).await), world.target("denied"));
    let shown = world.shown().await;
    assert_eq!((&shown["status"], &shown["credential"]), (&json!("pending"), &Value::Null));
    world.back(&deny, &visit.cookie).await.assert_error(400, "oauth_state");
}

#[tokio::test]
async fn what_the_service_does_not_redeem_has_failed() {
    for fault in [
        Fault::Instead(Reply::status(500)),
        Fault::Instead(Reply::body(200, r#"{"error":"bad_verification_code"}"#)),
        Fault::Instead(Reply::body(401, r#"{"error":"invalid_client"}"#)),
        Fault::Truncated,
        Fault::DropAnswer,
    ] {
        let world = World::new("github").await;
        let visit = world.begin().await;
        let [allow, _] = world.ways_back(&visit).await;
        world.service.stand.faults.next(fault.clone());
        let back = world.back(&allow, &visit.cookie).await;
        assert_eq!(location(&back), world.target("failed"), "{fault:?}");
        assert_eq!(world.shown().await["credential"], Value::Null, "{fault:?}");
        // Another attempt goes well.
        let visit = world.begin().await;
        let [allow, _] = world.ways_back(&visit).await;
        assert_eq!(location(&world.back(&allow, &visit.cookie).await), world.target("ok"), "{fault:?}");
    }
    // Another error of the service, and a code that belongs to another attempt.
    let world = World::new("github").await;
    let visit = world.begin().await;
    let [allow, deny] = world.ways_back(&visit).await;
    let broken = deny.replace("access_denied", "server_error");
    assert_eq!(location(&world.back(&broken, &visit.cookie).await), world.target("failed"));
    let again = world.begin().await;
    let [fresh, _] = world.ways_back(&again).await;
    let code = |path: &str| path.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code").to_owned();
    let mixed = fresh.replace(&code(&fresh), &code(&allow));
    assert_eq!(location(&world.back(&mixed, &again.cookie).await), world.target("failed"), "its verifier is another");
}

#[tokio::test]
async fn tokens_for_a_connection_that_has_gone_are_given_back() {
    let world = World::new("todoist").await;
    let visit = world.begin().await;
    let [allow, _] = world.ways_back(&visit).await;
    assert_eq!(world.ann.delete(&world.connection).await.status, 204);
    let back = world.back(&allow, &visit.cookie).await;
    assert_eq!(location(&back), world.target("failed"));
    let asked = world.service.stand.log.take();
    assert!(asked.iter().any(|asked| asked.path == "/revoke" && asked.status == Some(200)), "{asked:?}");
}

#[tokio::test]
async fn only_the_owner_begins_and_only_where_the_service_knows_us() {
    let world = World::new("github").await;
    let path = format!("{}/authorize", world.connection);
    world.app.somebody().await.get(&path).await.assert_error(404, "not_found");
    world.app.anonymous().get(&path).await.assert_error(401, "unauthorized");
    let caldav = json!({ "provider": "caldav", "settings": { "url": "https://dav.example.org/ann" },
        "credential": { "username": "ann", "password": "secret" } });
    let id = world.ann.post("/api/connections", caldav).await.text("id");
    world.ann.get(&format!("/api/connections/{id}/authorize")).await.assert_error(503, "not_configured");
}

#[tokio::test]
async fn a_consent_that_nobody_uses_is_looked_after() {
    let world = World::new("github").await;
    let visit = world.begin().await;
    let [allow, _] = world.ways_back(&visit).await;
    world.back(&allow, &visit.cookie).await;
    let _ = world.messages().await;
    let look = async || {
        let jobs = &world.app.app.jobs;
        jobs.run(&jobs.ctx(None), "token_refresher", json!({})).await.expect("looked");
        world.messages().await
    };
    world.app.advance_hours(19 * 24);
    assert!(look().await.is_empty());
    world.app.advance_hours(25);
    let asked = look().await;
    let expected = (json!(world.id), json!(world.ann.id), json!("token"));
    let told = asked.iter().map(|told| (told["connection_id"].clone(), told["user_id"].clone(), told["trigger"].clone()));
    assert_eq!(told.collect::<Vec<_>>(), [expected]);

    // Whoever takes the message has it renewed, once.
    let (vault, ctx) = (&world.app.app.vault, world.app.app.jobs.ctx(None));
    let owner = ctx.owner_for_program(avanochi::kernel::UserId::parse(&world.ann.id).expect("an id")).expect("an owner");
    let id = uuid::Uuid::parse_str(&world.id).expect("an id");
    world.service.stand.log.take();
    for _ in 0..2 {
        vault.keep_alive(&ctx, owner, id).await.expect("renewed");
    }
    assert_eq!(world.asked_for_tokens(), 1);
    assert!(look().await.is_empty());
    let shown = world.shown().await;
    assert!(shown["credential"]["expires_at"].as_str().expect("an instant") > world.app.clock.now().to_string().as_str());
}

/// Tokens that a service gives whose refresh token lasts that many days; without one, the one before stays.
fn lasting(days: u32, refresh: Option<&str>) -> Fault {
    let body = json!({ "access_token": "another", "expires_in": 3600, "refresh_token": refresh,
        "refresh_token_expires_in": days * 24 * 3600 });
    Fault::Instead(Reply::body(200, &body.to_string()))
}

#[tokio::test]
async fn that_a_consent_ends_however_often_it_is_renewed_is_said_once_before() {
    let world = World::new("todoist").await;
    let consent = async |given: Fault| {
        let visit = world.begin().await;
        let [allow, _] = world.ways_back(&visit).await;
        world.service.stand.faults.next(given);
        world.back(&allow, &visit.cookie).await;
        let _ = world.messages().await;
    };
    let jobs = &world.app.app.jobs;
    // How many were to be renewed, and were, and what was said so far.
    let look = async |renewed: Fault| {
        jobs.run(&jobs.ctx(None), "token_refresher", json!({})).await.expect("looked");
        let messages = world.messages().await;
        world.service.stand.faults.next(renewed);
        for payload in messages.clone() {
            jobs.run(&jobs.ctx(None), "sync_inbound_worker", payload).await.expect("renewed");
        }
        assert_eq!(world.service.stand.faults.left(), usize::from(messages.is_empty()));
        world.service.stand.faults.clear();
        let said = world.ann.get("/api/nudges").await.body.as_array().expect("a list").clone();
        (messages.len(), said.into_iter().filter(|nudge| nudge["kind"] == "reconnect").collect::<Vec<_>>())
    };
    // One that goes on by being renewed, however short its life is, is none of a person's business.
    consent(lasting(7, Some("first"))).await;
    for refresh in ["second", "third"] {
        world.app.advance_hours(3 * 24);
        assert_eq!(look(lasting(7, Some(refresh))).await, (0, vec![]));
        world.app.advance_hours(13);
        assert_eq!(look(lasting(7, Some(refresh))).await, (1, vec![]));
        assert_eq!(look(lasting(7, Some(refresh))).await, (0, vec![]));
    }

    consent(lasting(40, Some("a refresh token"))).await;
    let end = world.app.clock.now().plus(Duration::from_hours(40 * 24));
    world.app.advance_hours(20 * 24);
    assert_eq!(look(lasting(40, None)).await, (1, vec![]));
    assert_eq!(world.shown().await["authorize_url"], Value::Null);
    world.app.advance_hours(6 * 24);
    let (renewed, said) = look(lasting(40, None)).await;
    assert_eq!((renewed, said.len()), (0, 1));
    let evidence = json!({ "connection_id": world.id, "provider": "Todoist", "ends_at": end });
    assert_eq!((&said[0]["key"], &said[0]["evidence"]), (&json!("nudge_reconnect_soon"), &evidence));
    // From then on the person can consent anew; nothing has stopped meanwhile.
    let shown = world.shown().await;
    assert!(shown["authorize_url"].is_string() && shown["status"] != "needs_reauth", "{shown}");
    world.app.advance_hours(24);
    assert_eq!(look(lasting(13, Some("of the same life"))).await, (0, said.clone()));
    consent(lasting(40, Some("of another"))).await;
    assert_eq!(world.shown().await["authorize_url"], Value::Null);
    assert_eq!(look(lasting(40, None)).await, (0, said));
}
