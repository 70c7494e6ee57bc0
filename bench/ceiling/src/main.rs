//! The ceiling: axum that verifies a token and answers 200 bytes of JSON. Nothing else lives here, so that whatever the
//! product costs beyond this is its own doing.
//!
//! `ceiling PORT SECRET` listens on 127.0.0.1 and answers `GET /api/ping`.

use std::{net::Ipv4Addr, sync::Arc};

use anyhow::Context as _;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use uuid::Uuid;

/// The claims of the product's tokens.
#[derive(Deserialize)]
#[expect(dead_code, reason = "they are read for being there, as in the product")]
struct Claims {
    sub: Uuid,
    iat: i64,
    exp: i64,
    jti: Uuid,
}

struct Verifier {
    key: DecodingKey,
    validation: Validation,
}

const ANSWER: &str = concat!(
    r#"{"id":"00000000-0000-7000-8000-000000000000","user_id":"00000000-0000-7000-8000-000000000000","#,
    r#""title":"As long as a task of the product","completed":false,"updated_at":null,"completed_at":null,"n":12}"#
);
const _: () = assert!(ANSWER.len() == 200);

async fn ping(State(verifier): State<Arc<Verifier>>, headers: HeaderMap) -> Response {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match token.map(|token| jsonwebtoken::decode::<Claims>(token, &verifier.key, &verifier.validation)) {
        Some(Ok(_)) => ([(header::CONTENT_TYPE, "application/json")], ANSWER).into_response(),
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().context("which port?")?.parse()?;
    let secret = arguments.next().context("which secret?")?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let verifier = Arc::new(Verifier { key, validation: Validation::new(Algorithm::HS256) });
    let routes = Router::new().route("/api/ping", get(ping)).with_state(verifier);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        axum::serve(listener, routes).await?;
        Ok(())
    })
}
