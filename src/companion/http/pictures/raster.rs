//! Pictures as PNG over HTTP.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use tokio::sync::Semaphore;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, schema::Type},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{LooksQuery, Pictures, Visitor, version};
use crate::{
    companion::{looks::Motion, png::png},
    described,
    kernel::{Error, FromText, Result, Rule, field::formatted},
    web::{IfNoneMatch, Query, Reply, parameter},
};

/// So many are computed at once, whoever asks for however many.
const AT_ONCE: usize = 2;

pub fn router(pictures: Pictures) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_companion_png)).with_state((pictures, Arc::new(Semaphore::new(AT_ONCE))))
}

#[derive(Debug, Clone, Copy)]
struct Size(u16);

described!(Size, "PngSize");

impl FromText for Size {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some([64, 128, 256, 512]))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text {
            "64" => Ok(Self(64)),
            "128" => Ok(Self(128)),
            "256" => Ok(Self(256)),
            "512" => Ok(Self(512)),
            _ => Err(Rule::field("must be one of: 64, 128, 256, 512")),
        }
    }
}

/// The bytes of a picture, for the description.
enum Picture {}

impl PartialSchema for Picture {
    fn schema() -> RefOr<Schema> {
        formatted(KnownFormat::Binary).into()
    }
}

impl ToSchema for Picture {}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SizeQuery {
    /// Width and height; 256 when left out.
    #[param(value_type = Option<Size>, inline)]
    size: Option<String>,
}

/// Draw a companion for who shows no SVG.
#[utoipa::path(get, path = "/api/companion.png", tag = "companion", params(LooksQuery, SizeQuery, IfNoneMatch),
    responses((status = 200, body = inline(Picture), content_type = "image/png", description = "The picture"),
        (status = 304, description = "It is the one that you have"),
        (status = 401, body = crate::web::ErrorBody, description = "Neither looks nor a link, and no token of yours"),
        (status = 404, body = crate::web::ErrorBody, description = "The link is void")))]
async fn get_companion_png(
    State((pictures, turns)): State<(Pictures, Arc<Semaphore>)>,
    caller: Visitor,
    Query(looks): Query<LooksQuery>,
    Query(size): Query<SizeQuery>,
    known: IfNoneMatch,
) -> Result<Reply> {
    let size = parameter("size", size.size.as_deref())?.unwrap_or(Size(256)).0;
    let subject = looks.subject(&caller, &pictures).await?;
    let svg = subject.svg(size, Motion::Still);
    let version = version(&svg);
    if known.has(version) {
        return subject.kept.told(Reply::not_modified(version));
    }
    let turn = turns.acquire_owned().await.map_err(Error::internal)?;
    let computed = tokio::task::spawn_blocking(move || {
        // The turn lasts as long as the computation, also when the caller has gone away.
        let _turn = turn;
        png(&svg, size)
    });
    let picture = computed.await.map_err(Error::internal)??;
    subject.kept.told(Reply::png(picture).versioned(version))
}
