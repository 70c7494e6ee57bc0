//! The events of the Functions host: a route for each job, named after its function, on the port that the host posts to.
//! This module reads the request and writes the answer; the job runs behind [`Invoked`].

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
    routing::post,
};
use serde_json::json;

use super::{invocation::Invocation, trigger::Definition};
use crate::{
    jobs::{Dispatcher, Entry, Event, Registry, Verdict},
    kernel::{Ctx, Error, RequestId, Result},
    web::{Edge, Reply, body, layers, request},
};

/// The largest payload, in bytes: a batch of changes is long, and longer because the host encodes it as text twice.
const MAX_PAYLOAD: usize = 32 * 1024 * 1024;

/// The timeout of an event, less than `functionTimeout` in host.json: at that, the host kills the program together with all
/// other requests.
const EVENT_TIMEOUT: Duration = Duration::from_secs(270);

/// Receives events.
#[async_trait::async_trait]
pub trait Invoked: Send + Sync + 'static {
    /// Runs the job of the event. After an error the host delivers the event again if its kind of trigger has retries.
    async fn invoked(&self, entry: &Entry, event: Event, correlation: RequestId) -> Result<()>;
}

#[async_trait::async_trait]
impl Invoked for Dispatcher {
    async fn invoked(&self, entry: &Entry, event: Event, correlation: RequestId) -> Result<()> {
        match self.dispatch(&self.ctx(Some(correlation)), entry, event).await {
            Verdict::Done => Ok(()),
            // The host takes the delay from host.json or the function's retry policy, and not from us.
            Verdict::Again { error, .. } => Err(error),
        }
    }
}

struct Function {
    entry: Entry,
    definition: Definition,
    handler: Arc<dyn Invoked>,
    timeout: Duration,
}

/// The routes of all jobs with their layers, for the port on which only the host calls.
///
/// Errors: `Internal` when the function.json of a job cannot be read.
pub fn routes(registry: &Registry, handler: &Arc<dyn Invoked>, edge: &Edge) -> Result<Router> {
    routes_within(EVENT_TIMEOUT, registry, handler, edge)
}

fn routes_within(timeout: Duration, registry: &Registry, handler: &Arc<dyn Invoked>, edge: &Edge) -> Result<Router> {
    let mut routes = Router::new();
    for entry in registry.iter() {
        let definition = Definition::read(entry.function_json)
            .map_err(|why| Error::internal(format!("the function.json of {}: {why}", entry.name)))?;
        let function = Function { entry: entry.clone(), definition, handler: Arc::clone(handler), timeout };
        routes = routes.route(&format!("/{}", entry.name), post(invoke).with_state(Arc::new(function)));
    }
    Ok(layers::wrap_events(routes, edge))
}

async fn invoke(State(function): State<Arc<Function>>, ctx: Ctx, request: Request) -> Response {
    // The host's id of the invocation, which its own log has too.
    let correlation = request::invocation_id(request.headers()).unwrap_or_else(|| ctx.request_id().clone());
    let done = function.run(request, correlation).await;
    // Never empty: the host would wait for a body until its timeout.
    done.and_then(|()| Reply::ok(&json!({}))).into_response()
}

impl Function {
    async fn run(&self, request: Request, correlation: RequestId) -> Result<()> {
        let name = self.entry.name;
        let body = body::read(request.into_body(), MAX_PAYLOAD).await;
        let invocation = body.and_then(|body| Invocation::read(&self.definition, &body)).inspect_err(|error| {
            tracing::error!(%correlation, function = name, error = %error.chain(), "an event that cannot be read");
        })?;
        if let Some(retries @ 1..) = invocation.retries {
            tracing::warn!(%correlation, function = name, retries, "an event comes again");
        }
        let done = self.handler.invoked(&self.entry, invocation.event, correlation.clone());
        tokio::time::timeout(self.timeout, done).await.unwrap_or_else(|_| {
            tracing::warn!(%correlation, function = name, "a job took too long");
            Err(Error::busy())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, sync::Mutex};

    use axum::{body::Body, http::Method};
    use http_body_util::BodyExt as _;
    use serde_json::Value;
    use tower::ServiceExt as _;

    use super::*;
    use crate::{
        functions::wrapping::{self, Document, Message},
        jobs::{Job, Outcome, Tick},
        kernel::{Caller, ManualClock, RandomIds, Timestamp, ports::Authenticator},
        store::{Change, Partition},
    };

    struct Anything<const N: usize>;

    macro_rules! named {
        ($($number:literal = $name:literal, $payload:ty;)+) => {$(
            #[async_trait::async_trait]
            impl Job for Anything<$number> {
                const NAME: &'static str = $name;
                type Payload = $payload;

                async fn run(&self, _: &Ctx, _: $payload) -> Outcome {
                    Outcome::Done
                }
            }
        )+};
    }

    named! {
        1 = "tick", Tick;
        2 = "pack", Value;
        3 = "changes", Value;
    }

    /// Writes down what it is told, and fails or panics on request.
    #[derive(Default)]
    struct Heard {
        events: Mutex<Vec<(&'static str, Event, String)>>,
    }

    #[async_trait::async_trait]
    impl Invoked for Heard {
        async fn invoked(&self, entry: &Entry, event: Event, correlation: RequestId) -> Result<()> {
            let message = match &event {
                Event::Message { payload, .. } => payload.as_str().unwrap_or_default().to_owned(),
                _ => String::new(),
            };
            self.events.lock().expect("a lock").push((entry.name, event, correlation.to_string()));
            assert_ne!(message, "panic");
            if message == "endless" {
                std::future::pending::<()>().await;
            }
            if message == "fail" { Err(Error::unavailable("disk sector 7")) } else { Ok(()) }
        }
    }

    struct Nobody;

    #[async_trait::async_trait]
    impl Authenticator for Nobody {
        async fn authenticate(&self, _: &Ctx, _: &str) -> Result<Caller> {
            Err(Error::unauthorized())
        }
    }

    struct Port {
        routes: Router,
        heard: Arc<Heard>,
    }

    impl Port {
        fn open() -> Self {
            Self::open_within(EVENT_TIMEOUT)
        }

        fn open_within(timeout: Duration) -> Self {
            let registry = Registry::default()
                .with(Anything::<1>, r#"{"bindings": [{"type": "timerTrigger", "name": "timer", "schedule": "0 0 3 * * *"}]}"#)
                .with(Anything::<2>, r#"{"bindings": [{"type": "queueTrigger", "name": "msg", "queueName": "work-items"}]}"#)
                .with(Anything::<3>, r#"{"bindings": [{"type": "cosmosDBTrigger", "name": "documents"}]}"#);
            let heard = Arc::new(Heard::default());
            let handler: Arc<dyn Invoked> = heard.clone();
            Self { routes: routes_within(timeout, &registry, &handler, &edge()).expect("routes"), heard }
        }

        /// Posts the body in pieces and without a length, as the host does.
        async fn post(&self, function: &str, body: Vec<u8>, invocations: &[&str]) -> (u16, String) {
            let pieces: Vec<Result<Vec<u8>, Infallible>> = body.chunks(7).map(|piece| Ok(piece.to_vec())).collect();
            let mut request = Request::builder().method(Method::POST).uri(format!("/{function}"));
            for id in invocations {
                request = request.header("X-Azure-Functions-InvocationId", *id);
            }
            let request = request.body(Body::from_stream(futures_util::stream::iter(pieces))).expect("a request");
            let response = self.routes.clone().oneshot(request).await.expect("an answer");
            let status = response.status().as_u16();
            if status == 200 {
                assert_eq!(response.headers()["content-type"], "application/json");
            }
            let body = response.into_body().collect().await.expect("a body").to_bytes();
            (status, String::from_utf8(body.to_vec()).expect("text"))
        }

        async fn event(&self, function: &str, payload: &Value) -> (u16, String) {
            self.post(function, payload.to_string().into_bytes(), &["abc-1"]).await
        }

        fn heard(&self) -> Vec<(&'static str, Event, String)> {
            std::mem::take(&mut *self.heard.events.lock().expect("a lock"))
        }
    }

    fn edge() -> Edge {
        Edge {
            clock: Arc::new(ManualClock::at(Timestamp::from_micros(0))),
            ids: Arc::new(RandomIds::default()),
            authenticator: Arc::new(Nobody),
            origins: Arc::new([]),
            trusted_proxies: Arc::new([]),
            behind_host: true,
            always_secure: false,
        }
    }

    fn queued(body: &str) -> Value {
        wrapping::queue("pack", "msg", &Message { body, dequeued: 2 })
    }

    #[tokio::test]
    async fn each_kind_of_event_reaches_its_job_and_is_answered_with_an_object() {
        let port = Port::open();
        let ok = (200, "{}".to_owned());
        assert_eq!(port.event("tick", &wrapping::timer("tick", "timer", true)).await, ok);
        assert_eq!(port.event("pack", &queued(r#"[{"n":1}]"#)).await, ok);
        let document = Document::of(json!({ "id": "tasks:t1", "pk": "u1", "kind": "tasks", "seq": 4 }));
        assert_eq!(port.event("changes", &wrapping::changes("changes", "documents", &[document], Some(2))).await, ok);
        let hint = Change { partition: Partition::named("u1"), kind: "tasks".into(), id: "t1".into(), seq: 4 };
        assert_eq!(
            port.heard(),
            [
                ("tick", Event::Tick(Tick { past_due: true }), "abc-1".to_owned()),
                ("pack", Event::Message { payload: json!({ "n": 1 }), attempt: 2 }, "abc-1".to_owned()),
                ("changes", Event::Changes(vec![hint]), "abc-1".to_owned()),
            ]
        );
    }

    #[tokio::test]
    async fn a_failure_is_no_success_and_tells_no_cause() {
        let port = Port::open();
        let (status, body) = port.event("pack", &queued("[\"fail\"]")).await;
        assert!(status == 503 && body.contains("store_unavailable") && !body.contains("sector"), "{status} {body}");
        let (status, body) = port.event("pack", &queued("[\"panic\"]")).await;
        assert!(status == 500 && body.contains("internal_error"), "{status} {body}");
    }

    #[tokio::test]
    async fn what_takes_too_long_fails_before_the_host_ends_the_program() {
        let port = Port::open_within(Duration::ZERO);
        assert_eq!(port.event("pack", &queued("[\"at once\"]")).await.0, 200);
        let (status, body) = port.event("pack", &queued("[\"endless\"]")).await;
        assert!(status == 503 && body.contains("busy"), "{status} {body}");
        let host: Value = serde_json::from_str(include_str!("../../host.json")).expect("JSON");
        assert_eq!(host["functionTimeout"], "00:05:00");
        assert!(EVENT_TIMEOUT < Duration::from_mins(5));
    }

    #[tokio::test]
    async fn what_cannot_be_read_reaches_no_job() {
        let port = Port::open();
        for body in [&b""[..], b"hunter2", b"{}", b"{\"Data\": {}}", b"\xff\xfe"] {
            let (status, text) = port.post("pack", body.to_vec(), &[]).await;
            assert!(status == 400 && text.contains("invalid_json") && !text.contains("hunter2"), "{status} {text}");
        }
        assert_eq!(port.event("none", &queued("[1]")).await.0, 404);
        assert_eq!(port.heard(), []);
    }

    #[tokio::test]
    async fn a_payload_has_a_limit() {
        let port = Port::open();
        let payload = |length: usize| json!({ "Data": { "msg": "x".repeat(length) } });
        assert_eq!(port.event("pack", &payload(3 * 1024 * 1024)).await.0, 200);
        let over = Request::builder().method(Method::POST).uri("/pack").body(Body::from(vec![b' '; MAX_PAYLOAD + 1]));
        let answer = port.routes.clone().oneshot(over.expect("a request")).await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 413);
    }

    #[tokio::test]
    async fn the_id_of_the_invocation_counts_when_it_is_one_plain_value() {
        let port = Port::open();
        let tick = wrapping::timer("tick", "timer", false).to_string().into_bytes();
        for ids in [&["a b"][..], &[""], &["one", "two"], &[]] {
            assert_eq!(port.post("tick", tick.clone(), ids).await.0, 200);
            let (_, _, correlation) = port.heard().remove(0);
            assert!(correlation.len() == 36 && !ids.contains(&correlation.as_str()), "{ids:?}: {correlation}");
        }
    }

    #[test]
    fn a_job_whose_function_json_cannot_be_read_is_told() {
        let handler: Arc<dyn Invoked> = Arc::new(Heard::default());
        let error = routes(&Registry::default().with(Anything::<1>, "{}"), &handler, &edge()).expect_err("unreadable");
        assert!(error.chain().contains("tick"), "{}", error.chain());
    }
}
