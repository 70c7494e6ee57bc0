//! Whether the program, and on demand its store, is there.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    kernel::{Code, Error, Result},
    store::{Key, Partition, Store},
    web::{Query, Reply},
};

pub fn router(store: Arc<dyn Store>) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_health)).with_state(store)
}

#[derive(Debug, Serialize, ToSchema)]
struct HealthView {
    /// Always `ok`: whoever is not does not answer 200.
    status: &'static str,
    version: &'static str,
    /// `embedded` or `cosmos`.
    store: &'static str,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HealthQuery {
    /// Whether to read from the store too.
    #[param(value_type = Option<bool>)]
    deep: Option<String>,
}

/// Tell that the service runs; with `deep=true` also that it can read its data.
#[utoipa::path(get, path = "/api/health", tag = "service", params(HealthQuery),
    responses((status = 200, body = HealthView, description = "It does")))]
async fn get_health(State(store): State<Arc<dyn Store>>, Query(query): Query<HealthQuery>) -> Result<Reply> {
    match query.deep.as_deref() {
        Some("true") => {
            let key = Key { partition: Partition::named("health"), kind: "health".into(), id: "health".into() };
            store.get(key).await.map_err(Error::unavailable)?;
        }
        None | Some("false") => {}
        Some(_) => return Err(Error::new(Code::InvalidParameter, "Query parameter 'deep' must be true or false")),
    }
    Reply::ok(&HealthView { status: "ok", version: env!("CARGO_PKG_VERSION"), store: store.name() })
}
