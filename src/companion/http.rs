//! Pictures of companions over HTTP: of any companion that there could be, which says nothing of anybody.

#[cfg(feature = "png")]
mod raster;

use serde::Deserialize;
use utoipa::{
    IntoParams,
    openapi::{ObjectBuilder, schema::Type},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    drawing::Looks,
    looks::{Form, Mood, Motion, Palette, Seed, Stage},
    says::title,
};
use crate::{
    accounts::settings::model::Language,
    described,
    kernel::{Code, Error, FromText, Result, Rule},
    web::{IfNoneMatch, Query, Reply, parameter},
};

/// For how long others may keep a picture: until the program may have another drawing.
const KEPT_SECONDS: u32 = 86_400;

pub fn router() -> OpenApiRouter {
    let router = OpenApiRouter::new().routes(routes!(get_companion_svg));
    #[cfg(feature = "png")]
    let router = router.merge(raster::router());
    router
}

/// What is to be drawn.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LooksQuery {
    /// `child` when left out.
    #[param(value_type = Option<Stage>, inline)]
    stage: Option<String>,
    /// `seedling` when left out, and always before `teen`.
    #[param(value_type = Option<Form>, inline)]
    form: Option<String>,
    /// `happy` when left out.
    #[param(value_type = Option<Mood>, inline)]
    mood: Option<String>,
    /// Which marks it has; 0 when left out.
    #[param(value_type = Option<Seed>, inline)]
    seed: Option<String>,
    /// That of the form when left out.
    #[param(value_type = Option<Palette>, inline)]
    palette: Option<String>,
    /// Of the title that a screen reader says; `en` when left out.
    #[param(value_type = Option<Language>, inline)]
    lang: Option<String>,
}

impl LooksQuery {
    /// Errors: `InvalidParameter`.
    fn looks(&self) -> Result<Looks> {
        let (stage, form) = (parameter("stage", self.stage.as_deref())?, parameter("form", self.form.as_deref())?);
        let (mood, seed) = (parameter("mood", self.mood.as_deref())?, parameter("seed", self.seed.as_deref())?);
        if (stage, form, mood, seed) == (None, None, None, None) {
            let message = "One of the query parameters 'stage', 'form', 'mood' and 'seed' is required";
            return Err(Error::new(Code::InvalidParameter, message));
        }
        Ok(Looks {
            stage: stage.unwrap_or(Stage::Child),
            form: form.unwrap_or(Form::Seedling),
            mood: mood.unwrap_or(Mood::Happy),
            seed: seed.unwrap_or_default(),
            palette: parameter("palette", self.palette.as_deref())?,
        })
    }

    /// Errors: `InvalidParameter`.
    fn svg(&self, size: u16, motion: Motion) -> Result<String> {
        let looks = self.looks()?;
        let language = parameter("lang", self.lang.as_deref())?.unwrap_or(Language::En);
        Ok(looks.draw(&title(looks.stage, looks.mood, language), size, motion))
    }
}

/// The width and height of a drawing where nothing scales it.
#[derive(Debug, Clone, Copy)]
struct Pixels(u16);

described!(Pixels, "Pixels");

impl FromText for Pixels {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(16)).maximum(Some(1024))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit());
        let size = text.parse().ok().filter(|size| plain && (16..=1024).contains(size));
        size.map(Self).ok_or(Rule::field("must be a whole number from 16 to 1024"))
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DrawingQuery {
    /// Width and height; 240 when left out. Below 64 the young are shown larger within it.
    #[param(value_type = Option<Pixels>, inline)]
    size: Option<String>,
    /// `moving` when left out.
    #[param(value_type = Option<Motion>, inline)]
    motion: Option<String>,
}

/// Draw a companion. The same parameters give the same picture.
#[utoipa::path(get, path = "/api/companion.svg", tag = "companion", params(LooksQuery, DrawingQuery, IfNoneMatch),
    responses((status = 200, body = String, content_type = "image/svg+xml", description = "The picture"),
        (status = 304, description = "It is the one that you have")))]
async fn get_companion_svg(
    Query(looks): Query<LooksQuery>,
    Query(drawing): Query<DrawingQuery>,
    known: IfNoneMatch,
) -> Result<Reply> {
    let size = parameter("size", drawing.size.as_deref())?.unwrap_or(Pixels(240)).0;
    let motion = parameter("motion", drawing.motion.as_deref())?.unwrap_or(Motion::Moving);
    let svg = looks.svg(size, motion)?;
    let version = version(&svg);
    let reply = if known.has(version) { Reply::not_modified(version) } else { Reply::svg(svg).versioned(version) };
    reply.kept_by_all(KEPT_SECONDS)
}

/// Of what is drawn.
fn version(svg: &str) -> Uuid {
    Uuid::new_v5(&Uuid::nil(), svg.as_bytes())
}
