//! Pictures of companions over HTTP: of any companion that there could be, which says nothing of anybody.

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

#[cfg(feature = "png")]
mod raster {
    //! The same as PNG.

    use std::sync::Arc;

    use axum::extract::State;
    use tokio::sync::Semaphore;

    use super::{
        Deserialize, Error, FromText, IfNoneMatch, IntoParams, KEPT_SECONDS, LooksQuery, Motion, ObjectBuilder, OpenApiRouter,
        Query, Reply, Result, Rule, Type, described, parameter, routes, version,
    };
    use crate::companion::png::png;

    /// So many are computed at once, whoever asks for however many.
    const AT_ONCE: usize = 2;

    pub fn router() -> OpenApiRouter {
        OpenApiRouter::new().routes(routes!(get_companion_png)).with_state(Arc::new(Semaphore::new(AT_ONCE)))
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

    #[derive(Debug, Deserialize, IntoParams)]
    #[into_params(parameter_in = Query)]
    struct SizeQuery {
        /// Width and height; 256 when left out.
        #[param(value_type = Option<Size>, inline)]
        size: Option<String>,
    }

    /// Draw a companion for who shows no SVG.
    #[utoipa::path(get, path = "/api/companion.png", tag = "companion", params(LooksQuery, SizeQuery, IfNoneMatch),
        responses((status = 200, body = [u8], content_type = "image/png", description = "The picture"),
            (status = 304, description = "It is the one that you have")))]
    async fn get_companion_png(
        State(turns): State<Arc<Semaphore>>,
        Query(looks): Query<LooksQuery>,
        Query(size): Query<SizeQuery>,
        known: IfNoneMatch,
    ) -> Result<Reply> {
        let size = parameter("size", size.size.as_deref())?.unwrap_or(Size(256)).0;
        let svg = looks.svg(size, Motion::Still)?;
        let version = version(&svg);
        if known.has(version) {
            return Reply::not_modified(version).kept_by_all(KEPT_SECONDS);
        }
        let turn = turns.acquire_owned().await.map_err(Error::internal)?;
        let computed = tokio::task::spawn_blocking(move || {
            // The turn lasts as long as the computation, also when the caller has gone away.
            let _turn = turn;
            png(&svg, size)
        });
        let picture = computed.await.map_err(Error::internal)??;
        Reply::png(picture).versioned(version).kept_by_all(KEPT_SECONDS)
    }
}
