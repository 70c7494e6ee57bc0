//! Todoist, which tells one address of the changes of all who use an app: they reach those whose account it is, and nobody else.

use avanochi::store::Partition;
use sandbox::todoist::INBOX;
use serde_json::{Value, json};

use super::{asked_for, by_todoist, send};
use crate::{
    support::{Answer, Client, LONG_TOKENS, TestApp, events},
    sync::bench::{Bench, text, titles},
};

const ADDRESS: &str = "/api/webhooks/todoist";
const SECRET: &str = "the secret of the app";
/// Whose the token of the stand-in is.
const ACCOUNT: &str = "1";

async fn bench() -> Bench {
    let known = [
        LONG_TOKENS,
        ("AVANOCHI_PUBLIC_URL", "https://avanochi.example"),
        ("TODOIST_CLIENT_ID", "the app"),
        ("TODOIST_CLIENT_SECRET", SECRET),
    ];
    Bench::over(|settings| TestApp::with(&settings.iter().copied().chain(known).collect::<Vec<_>>())).await
}

fn event(user_id: &Value) -> String {
    json!({ "event_name": "item:added", "user_id": user_id, "event_data": { "id": "9", "content": "never read" }, "version": "10" })
        .to_string()
}

async fn deliver(app: &TestApp, secret: &str, delivery: &str, body: &str) -> Answer {
    let signature = by_todoist(secret, body.as_bytes());
    let headers = [("x-todoist-hmac-sha256", signature.as_str()), ("x-todoist-delivery-id", delivery)];
    let answer = send(app, "POST", ADDRESS, &headers, body.to_owned()).await;
    assert_eq!(answer.bytes.len(), 0, "{answer:?}");
    answer
}

/// Which connections an account leads to.
async fn known(app: &TestApp, account: &str) -> Vec<String> {
    let partition = Partition::named(format!("account:todoist:{account}"));
    events::stored_in(app, partition).await.into_iter().map(|document| document.key.id).collect()
}

async fn connect(bench: &Bench, person: &Client) -> String {
    let body = json!({ "provider": "todoist", "credential": { "token": sandbox::todoist::TOKEN } });
    let id = person.post("/api/connections", body).await.text("id");
    bench.work().await;
    id
}

#[tokio::test]
async fn what_todoist_tells_its_app_reaches_the_connections_of_the_account() {
    let bench = bench().await;
    let (app, todoist) = (&bench.app, &bench.services.todoist.state);
    let bob = app.user("bob").await;
    let (id, bobs) = (connect(&bench, &bench.ann).await, connect(&bench, &bob).await);
    let mut both = vec![id.clone(), bobs.clone()];
    both.sort();
    assert_eq!(known(app, ACCOUNT).await, both);

    todoist.add(INBOX, "Water the plants");
    bench.work().await;
    assert_eq!(bench.here().await, titles([]), "nobody looks by itself");
    assert_eq!(deliver(app, SECRET, "a", &event(&json!(ACCOUNT))).await.status, 200);
    let asked = asked_for(app).await;
    let mut reached: Vec<String> = asked.iter().map(|message| text(message, "connection_id")).collect();
    reached.sort();
    assert_eq!((reached, text(&asked[0], "trigger").as_str()), (both, "webhook"));
    // V7, and another account, and a former form of ids.
    for (delivery, account, hints) in
        [("a", json!(ACCOUNT), 0), ("b", json!(ACCOUNT), 0), ("c", json!("2"), 0), ("d", json!(1), 2), ("e", json!("../1"), 0)]
    {
        assert_eq!(deliver(app, SECRET, delivery, &event(&account)).await.status, 200, "{account}");
        assert_eq!(asked_for(app).await.len(), hints, "{account}");
    }
    for (secret, body, status) in [
        ("another", event(&json!(ACCOUNT)), 401),
        (SECRET, String::new(), 400),
        (SECRET, "{}".to_owned(), 400),
        (SECRET, event(&json!([1])), 400),
    ] {
        assert_eq!(deliver(app, secret, "f", &body).await.status, status, "{body}");
    }
    assert_eq!(send(app, "POST", ADDRESS, &[], event(&json!(ACCOUNT))).await.status, 401);
    assert_eq!(send(app, "HEAD", ADDRESS, &[], Vec::new()).await.status, 200);
    assert_eq!(asked_for(app).await.len(), 0);
    // The whole way.
    assert_eq!(deliver(app, SECRET, "g", &event(&json!(ACCOUNT)).replace("added", "updated")).await.status, 200);
    bench.work().await;
    assert_eq!(bench.here().await, titles([("Water the plants", false)]));

    // With the connection it goes, and with the account.
    assert_eq!(bench.ann.delete(&format!("/api/connections/{id}")).await.status, 204);
    assert_eq!(known(app, ACCOUNT).await, [bobs]);
    assert_eq!(bob.delete(&format!("/api/users/{}", bob.id)).await.status, 204);
    assert_eq!(known(app, ACCOUNT).await, Vec::<String>::new());
    assert_eq!(deliver(app, SECRET, "h", "{\"user_id\":\"1\"}").await.status, 200);
    assert_eq!(asked_for(app).await.len(), 0);
}

#[tokio::test]
async fn the_operator_is_told_the_address_where_there_is_an_app() {
    let bench = bench().await;
    connect(&bench, &bench.ann).await;
    bench.github(json!({ "repositories": ["ann/errands"] })).await;
    let known = [
        LONG_TOKENS,
        ("ADMIN_USER_IDS", bench.ann.id.as_str()),
        ("AVANOCHI_PUBLIC_URL", "https://avanochi.example"),
        ("TODOIST_CLIENT_ID", "the app"),
        ("TODOIST_CLIENT_SECRET", SECRET),
    ];
    let all = bench.app.another(&known).login("ann").await.get("/api/admin/connections").await.body;
    let shown: Vec<_> =
        all.as_array().expect("all").iter().map(|one| (text(one, "provider"), text(one, "webhook_url"))).collect();
    let url = format!("https://avanochi.example{ADDRESS}");
    assert_eq!(shown, [("todoist".to_owned(), url), ("github".to_owned(), String::new())]);

    let without = TestApp::new();
    assert_eq!(deliver(&without, SECRET, "a", &event(&json!(ACCOUNT))).await.status, 404);
    assert_eq!(send(&without, "HEAD", ADDRESS, &[], Vec::new()).await.status, 404);
}
