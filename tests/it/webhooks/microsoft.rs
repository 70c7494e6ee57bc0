//! Microsoft To Do, which tells of changes for as long as a subscription lasts: from the handshake to a run, and on through its end.

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
    response::IntoResponse as _,
};
use sandbox::{
    Clock, Fault, Reply, Running, Stand, When,
    microsoft::{LISTS, Subscription, TOKEN},
    oauth::{CLIENT_ID, CLIENT_SECRET, Manners, Oauth},
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::send;
use crate::{
    consents::{set_cookie, ways_back_to},
    support::{Answer, LONG_TOKENS, TestApp, events},
    sync::bench::{Bench, text, titles},
};

/// Somebody with a connection to Microsoft To Do, whose service reaches the program.
struct World {
    bench: Bench,
    /// Where webhooks of the connection are.
    webhooks: String,
    id: String,
    _consents: Running<Oauth>,
    _gate: Running<()>,
}

impl World {
    async fn new() -> Self {
        // The program is told its address before it is there.
        let routes = Arc::new(OnceLock::<Router>::new());
        let behind = Arc::clone(&routes);
        let router = Router::new().fallback(async move |request: Request<Body>| match behind.get() {
            Some(routes) => routes.clone().oneshot(request).await.expect("infallible"),
            None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        });
        let gate = sandbox::serve(Stand::new(Clock::machine()), (), router, 0).await.expect("started");
        let manners = Manners { token: Some(TOKEN), ..Manners::default() };
        let consents = Oauth::start(Clock::machine(), manners, 0).await.expect("started");
        let known = [
            LONG_TOKENS,
            ("AVANOCHI_PUBLIC_URL", gate.url.as_str()),
            ("MICROSOFT_CLIENT_ID", CLIENT_ID),
            ("MICROSOFT_CLIENT_SECRET", CLIENT_SECRET),
            ("MICROSOFT_LOGIN_URL", consents.url.as_str()),
        ];
        let bench = Bench::over(|settings| TestApp::with(&settings.iter().copied().chain(known).collect::<Vec<_>>())).await;
        routes.set(bench.app.routes.clone()).expect("once");
        let id = bench.connect(json!({ "provider": "microsoft_todo" })).await;
        let begun = bench.ann.get(&format!("/api/connections/{id}/authorize")).await;
        let [yes, _] = ways_back_to(&consents, &begun.text("url"), &gate.url).await;
        let back = bench.app.anonymous().with_header("cookie", &set_cookie(&begun)).get(&yes).await;
        assert_eq!(back.status, 303, "{back:?}");
        bench.settle().await;
        assert_eq!(text(&bench.connection(&id).await, "status"), "active");
        Self { bench, webhooks: format!("/api/connections/{id}/webhooks"), id, _consents: consents, _gate: gate }
    }

    async fn make(&self) -> Answer {
        let made = self.bench.ann.post(&self.webhooks, json!({})).await;
        assert_eq!((made.status, &made.body["preset"], &made.body["secret"]), (201, &json!("msgraph"), &Value::Null), "{made:?}");
        made
    }

    /// Whether the service is said to tell.
    async fn registered(&self) -> Vec<bool> {
        let all = self.bench.ann.get(&self.webhooks).await.body;
        all.as_array().expect("all").iter().map(|one| one["registered"] == true).collect()
    }

    fn there(&self) -> Vec<Subscription> {
        self.bench.services.microsoft.state.subscriptions()
    }

    fn fault(&self, method: &'static str, fault: Fault) {
        self.bench.services.microsoft.stand.faults.on(When::method(method).path("/subscriptions"), fault);
    }

    async fn tell(&self) -> Vec<u16> {
        self.bench.services.microsoft.state.tell().await.expect("sent")
    }

    /// Does what is due after that time.
    async fn after_minutes(&self, minutes: u64) {
        self.bench.pass(minutes * 60);
        self.bench.app.do_due().await.expect("done");
    }

    /// What was asked about subscriptions since the last time.
    fn asked(&self) -> Vec<String> {
        let log = self.bench.services.microsoft.stand.log.take();
        log.iter().filter(|asked| asked.path.contains("/subscriptions")).map(|asked| asked.method.clone()).collect()
    }
}

#[tokio::test]
async fn a_change_at_microsoft_is_told_and_leads_to_a_run() {
    let world = World::new().await;
    let (bench, microsoft) = (&world.bench, &world.bench.services.microsoft.state);
    let made = world.make().await;
    let there = world.there();
    assert_eq!((&made.body["registered"], there.len()), (&json!(true), 1), "{made:?}");
    let Subscription { id, list, url, client_state, ends_at, .. } = there[0].clone();
    assert_eq!((list.as_str(), url.as_str()), (LISTS[0].0, made.text("url").as_str()));
    assert!(client_state.len() >= 43 && ends_at > bench.services.clock.now() + chrono::TimeDelta::minutes(4000));

    let task = microsoft.add(LISTS[0].0, &json!({ "title": "Call the plumber" }));
    microsoft.add(LISTS[1].0, &json!({ "title": "Elsewhere" }));
    bench.work().await;
    assert_eq!(bench.here().await, titles([]), "nobody looks by itself");
    assert_eq!(world.tell().await, [200]);
    bench.work().await;
    assert_eq!(bench.here().await, titles([("Call the plumber", false)]));
    assert_eq!(text(&bench.connection(&world.id).await["last_run"], "trigger"), "webhook");
    // What is told of another change of the same task is the same text.
    for title in ["Call her", "Call him"] {
        microsoft.edit(&task, &json!({ "title": title }));
        assert_eq!(world.tell().await, [200]);
        bench.work().await;
        assert_eq!(bench.here().await, titles([(title, false)]));
    }

    // A stranger knows neither the text nor the subscription.
    let path = url[url.find("/api/webhooks/").expect("an address")..].to_owned();
    let notification =
        |id: &str, state: Option<&str>| json!({ "value": [{ "subscriptionId": id, "clientState": state }] }).to_string();
    for (id, state, status) in [
        (&*id, Some("another"), 401),
        (&*id, None, 401),
        ("another", Some(&*client_state), 401),
        (&*id, Some(&*client_state), 200),
    ] {
        assert_eq!(send(&bench.app, "POST", &path, &[], notification(id, state)).await.status, status, "{id} {state:?}");
    }
    assert_eq!(send(&bench.app, "POST", &path, &[], Vec::new()).await.status, 400);
    let greeted = send(&bench.app, "POST", &format!("{path}?validationToken=a%2Bb+%3Ci%3E"), &[], Vec::new()).await;
    assert_eq!(
        (greeted.status, &greeted.bytes[..], greeted.header("x-content-type-options")),
        (200, &b"a+b <i>"[..], Some("nosniff"))
    );
    // The text is nowhere that anybody sees.
    let shown = bench.ann.get(&world.webhooks).await;
    assert!(!String::from_utf8_lossy(&shown.bytes).contains(&client_state) && shown.body[0]["secret"].is_null(), "{shown:?}");
    let stored = events::documents(&bench.app, &bench.ann.id).await;
    assert!(stored.iter().all(|document| !document.body.contains(&client_state)));

    // Another text takes another subscription.
    let one = format!("{}/{}", world.webhooks, made.text("id"));
    bench.ann.post(&format!("{one}/secrets"), json!({ "secret": "given-by-somebody" })).await.assert_error(400, "invalid_field");
    bench.ann.post(&world.webhooks, json!({ "secret": "given-by-somebody" })).await.assert_error(400, "invalid_field");
    let added = bench.ann.post(&format!("{one}/secrets"), json!({})).await;
    assert_eq!((added.status, &added.body["registered"], &added.body["secret"]), (200, &json!(true), &Value::Null), "{added:?}");
    let other = world.there();
    assert!(other.len() == 1 && other[0].id != id && other[0].client_state != client_state, "{other:?}");
    microsoft.edit(&task, &json!({ "title": "Call them" }));
    assert_eq!(world.tell().await, [200]);
    assert_eq!(send(&bench.app, "POST", &path, &[], notification(&id, Some(&client_state))).await.status, 401);
    assert_eq!(bench.ann.delete(&one).await.status, 204);
    assert_eq!(world.there(), []);
}

#[tokio::test]
async fn a_subscription_goes_on_and_one_that_is_gone_is_made_anew() {
    let world = World::new().await;
    world.make().await;
    let first = world.there()[0].clone();
    world.asked();
    world.after_minutes(5).await;
    assert_eq!((world.asked(), world.registered().await), (Vec::new(), vec![true]), "it was told, and nothing is due");
    world.after_minutes(2090).await;
    assert_eq!(world.asked(), Vec::<String>::new(), "not before half of its life");
    world.after_minutes(10).await;
    assert_eq!(world.asked(), ["PATCH"]);
    let renewed = world.there();
    assert!(renewed.len() == 1 && renewed[0].id == first.id && renewed[0].ends_at > first.ends_at, "{renewed:?}");
    // What does not answer is asked again an hour later, and tells until then.
    world.bench.pass(2100 * 60);
    world.fault("PATCH", Fault::Instead(Reply::status(503)));
    world.after_minutes(0).await;
    assert_eq!((world.asked(), world.registered().await), (vec!["PATCH".to_owned()], vec![true]));
    world.after_minutes(59).await;
    assert_eq!(world.asked(), Vec::<String>::new());
    world.after_minutes(1).await;
    assert_eq!(world.asked(), ["PATCH"]);
    // It has forgotten all of them.
    world.bench.services.microsoft.state.forget_subscriptions();
    world.after_minutes(2100).await;
    assert_eq!(world.asked(), ["PATCH", "GET", "POST"]);
    let anew = world.there();
    assert!(anew.len() == 1 && anew[0].id != first.id && anew[0].client_state == first.client_state, "{anew:?}");
    world.bench.services.microsoft.state.add(LISTS[0].0, &json!({ "title": "Told" }));
    assert_eq!(world.tell().await, [200]);
    // Nobody renewed it until it ended: nobody says that it tells.
    world.bench.pass(4230 * 60);
    assert_eq!((world.there(), world.registered().await), (Vec::new(), vec![false]));
    world.after_minutes(0).await;
    assert_eq!((world.there().len(), world.registered().await), (1, vec![true]));
    // With the connection it goes there, and nothing is due any more.
    let summary = |stored: Vec<avanochi::store::Document>| stored.into_iter().find(|document| document.key.kind == "summaries");
    let due = async || summary(events::documents(&world.bench.app, &world.bench.ann.id).await).expect("a summary").body;
    assert!(due().await.contains("webhook_renewal"));
    assert_eq!(world.bench.ann.delete(&format!("/api/connections/{}", world.id)).await.status, 204);
    assert_eq!(world.there(), []);
    world.after_minutes(2100).await;
    assert!(!due().await.contains("webhook_renewal"));
}

#[tokio::test]
async fn what_microsoft_did_and_nobody_heard_of_is_found() {
    let world = World::new().await;
    let microsoft = &world.bench.services.microsoft.state;
    // Asked once more, it finds what it made, and makes it anew.
    world.fault("POST", Fault::DropAnswer);
    let made = world.make().await;
    assert_eq!((&made.body["registered"], world.there().len()), (&json!(true), 1), "{made:?}");
    assert_eq!(world.bench.ann.delete(&format!("{}/{}", world.webhooks, made.text("id"))).await.status, 204);
    assert_eq!(world.there(), []);
    // Both answers are lost: nobody is believed by what was made, until it is made anew.
    world.fault("POST", Fault::DropAnswer);
    world.fault("POST", Fault::DropAnswer);
    let made = world.make().await;
    let orphan = world.there();
    assert_eq!((&made.body["registered"], orphan.len()), (&json!(false), 1), "{made:?}");
    microsoft.add(LISTS[0].0, &json!({ "title": "Told by an orphan" }));
    assert_eq!(world.tell().await, [401]);
    world.after_minutes(5).await;
    let anew = world.there();
    assert!(anew.len() == 1 && anew[0].id != orphan[0].id, "{anew:?}");
    assert_eq!(world.registered().await, [true]);
    // It could not be told that the webhook ended: its deliveries are answered so, and it ends by itself.
    world.fault("GET", Fault::Instead(Reply::status(503)));
    assert_eq!(world.bench.ann.delete(&format!("{}/{}", world.webhooks, made.text("id"))).await.status, 204);
    microsoft.add(LISTS[0].0, &json!({ "title": "Told for nothing" }));
    assert_eq!(world.tell().await, [410]);
    microsoft.forget_subscriptions();
    // The address does not answer as it should, or the service is away: it is tried again.
    world.fault("GET", Fault::Instead(Reply::status(503)));
    assert_eq!(world.make().await.body["registered"], false);
    world.after_minutes(5).await;
    assert_eq!((world.registered().await, world.there().len()), (vec![true], 1));
    // With the account it goes there.
    let ann = &world.bench.ann;
    assert_eq!(ann.delete(&format!("/api/users/{}", ann.id)).await.status, 204);
    assert_eq!(world.there(), []);
}
