//! The app's managed identity in place of a key.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    response::IntoResponse as _,
};
use serde_json::json;

use super::start::assert_come_back_later;
use crate::support::{http::eventually, process::Program, served_emulator::ServedEmulator};

const TOKEN: &str = "a-token-of-the-tests";
const PROOF: &str = "only the app knows this";

/// What the platform offers the app at `IDENTITY_ENDPOINT`; it keeps the queries of those who proved that they may ask.
struct Platform {
    asked: Arc<Mutex<Vec<String>>>,
    endpoint: String,
}

impl Platform {
    fn start(emulator: &ServedEmulator) -> Self {
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let _inside = emulator.runtime().enter();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("an option");
        let endpoint = format!("http://{}/msi/token", listener.local_addr().expect("an address"));
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        let routes = Router::new().route("/msi/token", axum::routing::get(hand_out)).with_state(Arc::clone(&asked));
        emulator.runtime().spawn(async { axum::serve(listener, routes).await.expect("served") });
        Self { asked, endpoint }
    }

    fn set(&self, program: Program) -> Program {
        program.set("IDENTITY_ENDPOINT", &self.endpoint).set("IDENTITY_HEADER", PROOF)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn hand_out(State(asked): State<Arc<Mutex<Vec<String>>>>, request: Request) -> axum::response::Response {
    if request.headers().get("x-identity-header").is_none_or(|proof| proof != PROOF) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    asked.lock().unwrap_or_else(PoisonError::into_inner).push(request.uri().query().unwrap_or_default().to_owned());
    // In the year 2100.
    let body =
        json!({ "access_token": TOKEN, "expires_on": "4102444800", "resource": "", "token_type": "Bearer", "client_id": "" });
    ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

#[test]
fn one_token_serves_every_request() {
    let emulator = ServedEmulator::start();
    let platform = Platform::start(&emulator);
    let folder = tempfile::tempdir().expect("a folder");
    // Somebody deployed the template, in effect.
    assert_eq!(emulator.program(folder.path()).start().http().get("/api/health?deep=true").status, 200);
    // What that program had asked at its end is answered, and not counted below.
    emulator.settle();
    emulator.believe(TOKEN);
    emulator.take_counts();

    let mut process = platform.set(emulator.program_without_key(folder.path())).start();
    let ann = process.http().user("ann");
    for title in ["one", "two", "three"] {
        assert_eq!(ann.create_task(title).status, 201);
    }
    assert_eq!(ann.assert_counters_equal_what_exists().len(), 3);
    let asked = platform.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].contains("resource=https%3A%2F%2Fcosmos.azure.com") && !asked[0].contains("client_id"), "{asked:?}");
    let counts = emulator.take_counts();
    assert!(counts.keys().all(|kind| kind.ends_with(" by token")) && counts.values().sum::<usize>() > 10, "{counts:?}");
    process.stop();
    assert!(!process.output().contains(TOKEN) && !process.output().contains(PROOF), "{}", process.output());
}

#[test]
fn a_user_assigned_identity_is_asked_for_by_its_client_id() {
    let emulator = ServedEmulator::start();
    let platform = Platform::start(&emulator);
    let folder = tempfile::tempdir().expect("a folder");
    emulator.believe(TOKEN);
    let program = platform.set(emulator.program_without_key(folder.path()));
    let process = program.set("AZURE_CLIENT_ID", "the-client").start();
    // There is no container yet, which an identity cannot make.
    assert_come_back_later(&process.http().get("/api/health?deep=true"));
    let said = process.wait_for_log(|event| event["message"] == "request failed").to_string();
    assert!(said.contains("templates/cosmosdb.json") && said.contains("avanochi-container"), "{said}");
    assert!(platform.asked().iter().all(|query| query.contains("client_id=the-client")), "{:?}", platform.asked());
    assert_eq!((platform.asked().len(), emulator.containers().len()), (1, 0));
}

#[test]
fn a_token_that_is_refused_is_asked_for_again() {
    let emulator = ServedEmulator::start();
    let platform = Platform::start(&emulator);
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(emulator.program(folder.path()).start().http().get("/api/health?deep=true").status, 200);
    let process = platform.set(emulator.program_without_key(folder.path())).start();
    assert_come_back_later(&process.http().get("/api/health?deep=true"));
    emulator.believe(TOKEN);
    // An answer is given again for a second.
    eventually("healthy", || (process.http().get("/api/health?deep=true").status == 200).then_some(()));
    let asked = platform.asked().len();
    assert!((2..=6).contains(&asked), "{asked}");
}
