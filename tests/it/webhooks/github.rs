//! GitHub, which is told by us where the credential may: from the registration to a delivery that brings a change here.

use sandbox::{Fault, Reply, When, github::Hook as There};
use serde_json::json;

use super::{Hook, by_github, send};
use crate::{
    support::{LONG_TOKENS, TestApp},
    sync::bench::{Bench, REPOSITORY, text, titles},
};

async fn bench() -> Bench {
    Bench::over(|settings| {
        let public = ("AVANOCHI_PUBLIC_URL", "https://avanochi.example");
        TestApp::with(&settings.iter().copied().chain([public, LONG_TOKENS]).collect::<Vec<_>>())
    })
    .await
}

fn there(bench: &Bench) -> Vec<There> {
    bench.services.github.state.hooks()
}

#[tokio::test]
async fn a_delivery_of_github_brings_what_changed_there() {
    let bench = bench().await;
    let github = &bench.services.github.state;
    let id = bench.github(json!({ "repositories": [REPOSITORY] })).await;
    bench.settle().await;
    let path = format!("/api/connections/{id}/webhooks");
    let made = bench.ann.post(&path, json!({})).await;
    assert_eq!((made.status, &made.body["registered"]), (201, &json!(true)), "{made:?}");
    let hooks = there(&bench);
    assert_eq!(hooks.len(), 1, "{hooks:?}");
    assert_eq!((&hooks[0].url, &hooks[0].secret), (&made.text("url"), &made.text("secret")));
    assert_eq!((hooks[0].repository.as_str(), &hooks[0].events), (REPOSITORY, &vec!["issues".to_owned()]));
    assert_eq!(bench.ann.get(&path).await.body[0]["registered"], json!(true));

    let number = github.open(REPOSITORY, "Told by a webhook", None);
    bench.work().await;
    assert_eq!(bench.here().await, titles([]), "nobody looks by itself");
    let body = json!({ "action": "opened", "issue": { "number": number, "title": "never read" } }).to_string();
    let hook = &hooks[0];
    let address = &hook.url["https://avanochi.example".len()..];
    let signature = by_github(&hook.secret, body.as_bytes());
    let headers = [
        ("x-hub-signature-256", signature.as_str()),
        ("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
        ("x-github-event", "issues"),
        ("content-type", "application/json"),
    ];
    assert_eq!(send(&bench.app, "POST", address, &headers, body).await.status, 200);
    bench.work().await;
    assert_eq!(bench.here().await, titles([("Told by a webhook", false)]));
    let run = bench.connection(&id).await["last_run"].clone();
    assert_eq!(text(&run, "trigger"), "webhook", "{run}");

    // A new secret goes there too; with the webhook goes what is there.
    let one = format!("{path}/{}", made.text("id"));
    let added = bench.ann.post(&format!("{one}/secrets"), json!({})).await;
    assert_eq!((&added.body["registered"], &there(&bench)[0].secret), (&json!(true), &added.text("secret")), "{added:?}");
    assert_eq!(bench.ann.delete(&one).await.status, 204);
    assert_eq!(there(&bench), []);
    let other = bench.ann.post(&path, json!({})).await;
    assert_eq!(there(&bench).len(), 1, "{other:?}");
    assert_eq!(bench.ann.delete(&format!("/api/connections/{id}")).await.status, 204);
    assert_eq!(there(&bench), []);
}

#[tokio::test]
async fn what_github_does_not_say_is_not_claimed_and_what_it_did_is_found() {
    let bench = bench().await;
    let id = bench.github(json!({ "repositories": [REPOSITORY] })).await;
    bench.settle().await;
    let path = format!("/api/connections/{id}/webhooks");
    let faults = &bench.services.github.stand.faults;
    // The token may not.
    faults.on(When::method("GET").path("/hooks"), Fault::Instead(Reply::status(404)));
    let refused = bench.ann.post(&path, json!({})).await;
    assert_eq!((refused.status, &refused.body["registered"]), (201, &json!(false)), "{refused:?}");
    assert_eq!(there(&bench), []);
    // It was made and nobody was told: it is found by its address, and there is one.
    faults.on(When::method("POST").path("/hooks"), Fault::DropAnswer);
    let made = bench.ann.post(&path, json!({})).await;
    assert_eq!((&made.body["registered"], there(&bench).len()), (&json!(true), 1), "{made:?}");
    // A webhook of another sender is nothing that GitHub is told of.
    let other = bench.ann.post(&path, json!({ "preset": "jira" })).await;
    assert_eq!((&other.body["registered"], there(&bench).len()), (&json!(false), 1), "{other:?}");
    // Where GitHub cannot be told, the webhook ends here all the same.
    faults.on(When::method("GET").path("/hooks"), Fault::Instead(Reply::status(503)));
    assert_eq!(bench.ann.delete(&format!("{path}/{}", made.text("id"))).await.status, 204);
    let left = there(&bench);
    let hook = Hook {
        at: String::new(),
        path: left[0].url["https://avanochi.example".len()..].to_owned(),
        secret: left[0].secret.clone(),
    };
    assert_eq!(hook.deliver(&bench.app, "a", b"{}").await, 410);
}
