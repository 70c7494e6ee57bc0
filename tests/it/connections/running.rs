//! What starts, stops and ends a connection.

use std::sync::Arc;

use async_trait::async_trait;
use avanochi::{
    integrations::{
        connections::{
            model::{Connection, Moment, Problem, ProblemCode, Status, Trigger},
            repo::Connected,
            run::{ConnectionState, Run, RunCounts, RunResult, Running},
            service::ConnectionService,
        },
        credentials::OpenedCredential,
        opener::Opener,
    },
    kernel::{Clock as _, Id, IdSource as _, RandomIds},
    ledger::Decision,
    outbound::http::Policy,
    outbound::providers::{Creation, Edit, Failure, Fetched, Field, Item, KnownAs, List, Page, Provider},
    texts::Language,
    web::status_of,
};
use chrono_tz::Tz;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::{asked_for, assert_no_secret, caldav, connect, fact, github, id_of, one, owner};
use crate::{
    import::assert_clean,
    support::{Answer, Client, TestApp, app_with_admin, events::documents},
};

/// As a run would leave it.
async fn left(app: &TestApp, client: &Client, made: &Answer, condition: Status, problem: Option<Problem>) {
    let (id, owner) = (id_of(made).to_string(), owner(app, client));
    let id = &id;
    app.app
        .shared
        .ledger
        .run(owner, |change| {
            Box::pin(async move {
                let read = change.find::<Connection>(id).await?.expect("a connection");
                let moment = Moment { now: change.now(), op: change.version() };
                change.replace(&read.value.moved(condition, problem, moment), &read)?;
                let state = change.find::<ConnectionState>(id).await?.expect("a state");
                let stops = matches!(condition, Status::Halted | Status::NeedsReauth);
                let next_run = (!stops).then(|| change.now().plus(std::time::Duration::from_hours(4)));
                change.replace(&ConnectionState { next_run, asked: None, ..state.value.clone() }, &state)?;
                Ok(Decision::Write(()))
            })
        })
        .await
        .expect("written");
}

pub async fn state(app: &TestApp, client: &Client, made: &Answer) -> ConnectionState {
    let documents = documents(app, &client.id).await;
    let is = |kind: &str, id: &str| kind == "connection_states" && id == made.text("id");
    let found = documents.iter().find(|document| is(&document.key.kind, &document.key.id)).expect("a state");
    serde_json::from_str(&found.body).expect("a state")
}

#[tokio::test]
async fn a_run_is_asked_for_once_until_it_begins() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let made = connect(&ann, github(&json!(["o/a"]))).await;
    let sync = format!("{}/sync", one(&made));
    // The first one was asked for with the connection.
    let first = ann.post_empty(&sync).await;
    assert_eq!((first.status, &first.body["run_id"]), (202, &json!(state(&app, &ann, &made).await.asked.expect("asked").run_id)));
    left(&app, &ann, &made, Status::Active, None).await;
    asked_for(&app).await;
    let (asked, again) = (ann.post_empty(&sync).await, ann.post_empty(&sync).await);
    assert_eq!((asked.status, again.status, &asked.body), (202, 202, &again.body));
    assert_ne!(asked.body, first.body);
    let known = state(&app, &ann, &made).await;
    assert_eq!((known.next_run, known.asked.map(|asked| asked.trigger)), (Some(app.clock.now()), Some(Trigger::Person)));
    let messages = asked_for(&app).await;
    assert!(messages.len() == 2 && messages.iter().all(|message| message["trigger"] == "person"), "{messages:?}");

    // While one is under way, it is that one; once it is taken for dead, another.
    let running = Running {
        run_id: Id::new(RandomIds::default().next(app.clock.now())),
        trigger: Trigger::Schedule,
        started_at: app.clock.now(),
        until: app.clock.now().plus(std::time::Duration::from_mins(1)),
        correlation_id: "a run".into(),
    };
    let (id, run_id) = (id_of(&made).to_string(), running.run_id);
    let (id, running) = (&id, &running);
    app.app
        .shared
        .ledger
        .run(owner(&app, &ann), |change| {
            Box::pin(async move {
                let read = change.find::<ConnectionState>(id).await?.expect("a state");
                change.replace(&ConnectionState { running: Some(running.clone()), asked: None, ..read.value.clone() }, &read)?;
                Ok(Decision::Write(()))
            })
        })
        .await
        .expect("written");
    assert_eq!(ann.post_empty(&sync).await.body["run_id"], json!(run_id));
    app.advance_seconds(60);
    assert_ne!(ann.post_empty(&sync).await.body["run_id"], json!(run_id));
}

#[tokio::test]
async fn a_pause_stops_everything_and_its_end_starts_it_at_once() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let made = connect(&ann, github(&json!(["o/a"]))).await;
    left(&app, &ann, &made, Status::Active, None).await;
    asked_for(&app).await;
    let [pause, resume, sync] = ["pause", "resume", "sync"].map(|what| format!("{}/{what}", one(&made)));
    let running = ann.post_empty(&resume).await;
    assert_eq!((running.status, &running.body["status"]), (200, &json!("active")));
    assert_eq!(fact::<Connected>(&app, &ann).await.expect("known").0.len(), 1);

    let (paused, again) = (ann.post_empty(&pause).await, ann.post_empty(&pause).await);
    assert_eq!((paused.status, &paused.body["status"], &paused.body["next_run"]), (200, &json!("paused"), &Value::Null));
    assert_eq!((&paused.body, paused.header("etag")), (&again.body, again.header("etag")));
    assert_ne!(paused.header("etag"), made.header("etag"));
    let refused = ann.post_empty(&sync).await;
    refused.assert_error(409, "not_running");
    assert_eq!(refused.body["status"], "paused");
    assert!(fact::<Connected>(&app, &ann).await.is_none());
    // What is set meanwhile holds later.
    assert_eq!(ann.patch(&one(&made), json!({ "direction": "in" })).await.body["next_run"], Value::Null);
    assert!(asked_for(&app).await.is_empty());

    let resumed = ann.post_empty(&resume).await;
    assert_eq!((&resumed.body["status"], resumed.body["next_run"].is_null()), (&json!("active"), false));
    assert_eq!(asked_for(&app).await.len(), 1);
    assert_clean(&app).await;
}

#[tokio::test]
async fn what_was_halted_goes_on_as_the_person_says() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let made = connect(&ann, github(&json!(["o/a"]))).await;
    asked_for(&app).await;
    let problem = Problem { code: ProblemCode::MassDeletion, language: Language::Es, missing: Some([12, 30]) };
    left(&app, &ann, &made, Status::Halted, Some(problem)).await;
    let shown = ann.get(&one(&made)).await.body;
    assert_eq!(
        (&shown["status"], &shown["next_run"], &shown["problem"]),
        (
            &json!("halted"),
            &Value::Null,
            &json!({ "code": "mass_deletion", "key": "connection_mass_deletion",
            "text": "Faltan 12 de 30 elementos en el servicio. Di si sus tareas deben borrarse.", "gone": 12, "of": 30 })
        )
    );
    let resume = format!("{}/resume", one(&made));
    ann.post_empty(&format!("{}/sync", one(&made))).await.assert_error(409, "not_running");
    for body in [None, Some(json!({})), Some(json!({ "missing": "keep" }))] {
        let answer = ann.send("POST", &resume, body).await;
        answer.assert_error(400, "invalid_field");
        assert_eq!(answer.body["field"], "missing");
    }
    // A pause does not answer the question.
    assert_eq!(ann.post_empty(&format!("{}/pause", one(&made))).await.body["status"], "paused");
    let back = ann.post_empty(&resume).await;
    assert_eq!((&back.body["status"], &back.body["next_run"]), (&json!("halted"), &Value::Null));
    assert!(asked_for(&app).await.is_empty());
    let resumed = ann.post(&resume, json!({ "missing": "recreate" })).await;
    assert_eq!((&resumed.body["status"], &resumed.body["problem"]), (&json!("active"), &Value::Null));
    assert_eq!((json!(state(&app, &ann, &made).await.resume), asked_for(&app).await.len()), (json!("recreate"), 1));
}

#[tokio::test]
async fn a_new_credential_mends_what_the_service_refused() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let made = connect(&ann, caldav()).await;
    let problem = Problem { code: ProblemCode::WrongCredential, language: Language::En, missing: None };
    left(&app, &ann, &made, Status::NeedsReauth, Some(problem)).await;
    asked_for(&app).await;
    let refused = ann.post_empty(&format!("{}/sync", one(&made))).await;
    assert_eq!(refused.assert_error(409, "not_running").body["status"], "needs_reauth");
    let unchanged = ann.post_empty(&format!("{}/resume", one(&made))).await;
    assert_eq!((unchanged.status, &unchanged.body["status"]), (200, &json!("needs_reauth")));
    let credential = json!({ "credential": { "username": "ann", "password": "hunter2 anew" } });
    let mended = ann.patch(&one(&made), credential).await;
    assert_eq!((&mended.body["status"], &mended.body["problem"]), (&json!("active"), &Value::Null));
    assert_eq!(asked_for(&app).await.len(), 1);
    assert_no_secret(&app, &ann, &[&mended]).await;

    let problem = Problem { code: ProblemCode::Unreachable, language: Language::En, missing: None };
    left(&app, &ann, &made, Status::Failed, Some(problem)).await;
    assert_eq!(ann.post_empty(&format!("{}/sync", one(&made))).await.status, 202);
    left(&app, &ann, &made, Status::Failed, Some(problem)).await;
    asked_for(&app).await;
    let resumed = ann.post_empty(&format!("{}/resume", one(&made))).await;
    assert_eq!((&resumed.body["status"], asked_for(&app).await.len()), (&json!("failed"), 1));
}

/// Runs of a connection, each at the next minute.
async fn run_often(app: &TestApp, client: &Client, made: &Answer, times: usize) {
    let number = state(app, client, made).await.number;
    let (owner, connection_id) = (owner(app, client), id_of(made));
    for n in 0..times {
        app.advance_seconds(60);
        app.app
            .shared
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let run = Run {
                        id: Id::new(change.next_id()),
                        connection_id,
                        number,
                        trigger: Trigger::Schedule,
                        started_at: change.now(),
                        finished_at: Some(change.now()),
                        result: Some(RunResult::Ok),
                        counts: RunCounts { seen: u32::try_from(n).expect("few"), ..RunCounts::default() },
                        problem: None,
                        full: false,
                        correlation_id: "a run".into(),
                    };
                    change.create(&run)?;
                    Ok(Decision::Write(()))
                })
            })
            .await
            .expect("written");
    }
}

#[tokio::test]
async fn the_last_runs_are_shown_each_for_thirty_days() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let (made, other) = (connect(&ann, github(&json!(["o/a"]))).await, connect(&ann, github(&json!(["o/b"]))).await);
    run_often(&app, &ann, &other, 1).await;
    run_often(&app, &ann, &made, 103).await;
    let path = format!("{}/runs", one(&made));
    let runs = ann.get(&path).await.body;
    let runs = runs.as_array().expect("a list");
    let seen: Vec<_> = runs.iter().map(|run| run["counts"]["seen"].as_u64().expect("a number")).collect();
    assert_eq!(seen, (3..103).collect::<Vec<_>>());
    let last = runs.last().expect("a run");
    let id = last["id"].as_str().expect("an id");
    assert_eq!(ann.get(&format!("{path}/{id}")).await.body, *last);
    assert_eq!(
        (&last["trigger"], &last["result"], &last["full"], &last["problem"]),
        (&json!("schedule"), &json!("ok"), &json!(false), &Value::Null)
    );
    // It belongs to its own connection alone.
    ann.get(&format!("{}/runs/{id}", one(&other))).await.assert_error(404, "not_found");
    ann.get(&format!("{path}/{}", ann.id)).await.assert_error(404, "not_found");
    app.advance_hours(30 * 24);
    assert_eq!(ann.get(&path).await.body, json!([]));
    assert_clean(&app).await;
}

#[tokio::test]
async fn nothing_is_left_of_a_connection_but_the_tasks() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = ann.create_task("a task").await.body;
    let (made, other) = (connect(&ann, github(&json!(["o/a"]))).await, connect(&ann, github(&json!(["o/b"]))).await);
    run_often(&app, &ann, &made, 120).await;
    run_often(&app, &ann, &other, 2).await;
    assert_eq!(ann.delete(&one(&made)).await.status, 204);
    ann.delete(&one(&made)).await.assert_error(404, "not_found");
    ann.get(&one(&made)).await.assert_error(404, "not_found");
    let told = ann.get("/api/changes").await.body;
    let told = told["changes"].as_array().expect("changes").iter().rfind(|change| change["id"] == made.body["id"]).cloned();
    assert_eq!(told.expect("told")["op"], "delete");
    for kind in ["connections", "connection_states", "connection_credentials", "sync_runs"] {
        let all = documents(&app, &ann.id).await;
        let left = all.iter().filter(|document| document.key.kind == kind && document.deleted_at.is_none());
        assert_eq!(left.count(), if kind == "sync_runs" { 2 } else { 1 }, "{kind}");
    }
    assert_eq!(ann.task(&task).await, task);
    assert_eq!(app.due().await, [""; 0]);
    assert_eq!(fact::<Connected>(&app, &ann).await.expect("known").0.len(), 1);
    assert_clean(&app).await;
}

/// Answers what can be chosen, and nothing else.
#[derive(Debug)]
struct Lists(Result<Vec<List>, Failure>);

impl Opener for Lists {
    fn open(&self, _: &Connection, credential: &OpenedCredential, _: Tz, _: Trigger) -> Result<Arc<dyn Provider>, Failure> {
        let OpenedCredential::Basic { username, password } = credential else { return Err(Failure::Malformed) };
        assert_eq!((username.expose_secret(), password.expose_secret()), ("ann", super::CANARY));
        Ok(Arc::new(Self(self.0.clone())))
    }
}

#[async_trait]
impl Provider for Lists {
    fn fields(&self) -> &'static [Field] {
        &[]
    }

    fn orders_versions(&self) -> bool {
        false
    }

    async fn pull(&self, _: Option<&str>) -> Result<Page, Failure> {
        Err(Failure::Malformed)
    }

    async fn fetch(&self, _: &str) -> Result<Fetched, Failure> {
        Err(Failure::Malformed)
    }

    async fn find(&self, _: uuid::Uuid) -> Result<Option<Item>, Failure> {
        Err(Failure::Malformed)
    }

    async fn create(&self, _: &Creation) -> Result<Item, Failure> {
        Err(Failure::Malformed)
    }

    async fn update(&self, _: &str, _: &str, _: &Edit, _: uuid::Uuid) -> Result<Item, Failure> {
        Err(Failure::Malformed)
    }

    async fn delete(&self, _: &str, _: &str, _: uuid::Uuid) -> Result<(), Failure> {
        Err(Failure::Malformed)
    }

    async fn lists(&self) -> Result<Vec<List>, Failure> {
        self.0.clone()
    }

    async fn account(&self) -> Result<KnownAs, Failure> {
        Err(Failure::Malformed)
    }
}

#[tokio::test]
async fn what_can_be_chosen_is_asked_of_the_service_with_the_persons_credential() {
    let lists = vec![List { id: "https://dav.example.org/ann/tasks/".into(), name: "Tasks".into() }];
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let made = connect(&ann, caldav()).await;
    let asked = async |answer| {
        let (shared, vault) = (&app.app.shared, app.app.vault.clone());
        let service = ConnectionService::new(shared, Vec::new(), Policy::default(), vault, Arc::new(Lists(answer)));
        service.lists(&app.app.jobs.ctx(None), owner(&app, &ann), id_of(&made)).await
    };
    assert_eq!(asked(Ok(lists.clone())).await.expect("lists"), lists);
    for (failure, status, code) in [
        (Failure::Unauthorized, 409, "provider_refused"),
        (Failure::Forbidden, 409, "provider_refused"),
        (Failure::NotFound, 409, "provider_refused"),
        (Failure::Rejected(418), 409, "provider_refused"),
        (Failure::AddressNotAllowed, 400, "address_not_allowed"),
        (Failure::Unreachable, 503, "provider_unavailable"),
        (Failure::Malformed, 503, "provider_unavailable"),
    ] {
        let error = asked(Err(failure)).await.expect_err("a failure");
        assert_eq!((status_of(&error), error.code().as_str()), (status, code));
    }
}

#[tokio::test]
async fn whoever_operates_the_program_sees_how_connections_stand_and_not_whose_they_are() {
    let (app, admin) = app_with_admin().await;
    let ann = app.user("ann").await;
    let mut body = github(&json!(["ann/errands"]));
    body["name"] = json!("My secret plans");
    let made = connect(&ann, body).await;
    let problem = Problem { code: ProblemCode::WrongCredential, language: Language::En, missing: None };
    left(&app, &ann, &made, Status::NeedsReauth, Some(problem)).await;
    let all = admin.get("/api/admin/connections").await;
    assert_eq!(all.status, 200, "{:?}", all.body);
    assert_eq!(all.body.as_array().expect("a list").len(), 1);
    let one = &all.body[0];
    assert_eq!(
        (&one["provider"], &one["status"], &one["problem"]),
        (&json!("github"), &json!("needs_reauth"), &json!("wrong_credential"))
    );
    let members: Vec<&String> = one.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["counts", "created_at", "last_run", "next_run", "problem", "provider", "status"]);
    let text = all.body.to_string();
    for hidden in ["My secret plans", &ann.id, &made.text("id")] {
        assert!(!text.contains(hidden), "{text}");
    }
    assert_eq!(ann.get("/api/admin/connections").await.status, 403);
}
