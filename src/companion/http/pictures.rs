//! Pictures of companions over HTTP: the caller's, the one that a link shows, and any that there could be, which says nothing of
//! anybody.

#[cfg(feature = "png")]
mod raster;

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderMap, Method, request::Parts},
};
use serde::Deserialize;
use utoipa::{
    IntoParams,
    openapi::{ObjectBuilder, schema::Type},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    accounts::settings::model::Language,
    companion::{
        drawing::Looks,
        looks::{Form, Mood, Motion, Palette, Seed, Stage},
        says::title,
        service::{CompanionService, Shown},
    },
    described,
    kernel::{Code, Ctx, Error, FromText, Result, Rule},
    web::{Edge, IfNoneMatch, Query, Reply, authentication::authenticate, parameter},
};

/// For how long others may keep a picture of nobody's: until the program may have another drawing.
const KEPT_SECONDS: u32 = 86_400;
/// For how long they may keep one that a link shows, which may be another then, or void.
const SHARED_SECONDS: u32 = 60;

/// From whom pictures of somebody's companion are had.
#[derive(Clone)]
struct Pictures(Arc<(CompanionService, Edge)>);

pub fn router(service: CompanionService, edge: Edge) -> OpenApiRouter {
    let pictures = Pictures(Arc::new((service, edge)));
    let router = OpenApiRouter::new().routes(routes!(get_companion_svg)).with_state(pictures.clone());
    #[cfg(feature = "png")]
    let router = router.merge(raster::router(pictures));
    router
}

/// What is to be drawn: with one of `stage`, `form`, `mood` and `seed`, any companion, for which no token is needed; else the one
/// that a link shows, or your own.
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
    /// Of a link: shows the companion of whoever made it.
    #[param(value_type = Option<String>)]
    token: Option<String>,
}

/// Who may keep a picture.
#[derive(Debug, Clone, Copy)]
enum Kept {
    ByAll(u32),
    /// Nobody but whoever asked.
    ByNobodyElse,
}

/// What is to be drawn, and for whom.
struct Subject {
    looks: Looks,
    language: Language,
    kept: Kept,
}

impl LooksQuery {
    /// What it asks for by itself; `None` where it asks for somebody's. Errors: `InvalidParameter`.
    fn anybody(&self) -> Result<Option<Looks>> {
        let (stage, form) = (parameter("stage", self.stage.as_deref())?, parameter("form", self.form.as_deref())?);
        let (mood, seed) = (parameter("mood", self.mood.as_deref())?, parameter("seed", self.seed.as_deref())?);
        let palette = parameter("palette", self.palette.as_deref())?;
        if (stage, form, mood, seed) == (None, None, None, None) {
            if palette.is_some() {
                let message = "Query parameter 'palette' needs one of 'stage', 'form', 'mood' and 'seed'";
                return Err(Error::new(Code::InvalidParameter, message));
            }
            return Ok(None);
        }
        Ok(Some(Looks {
            stage: stage.unwrap_or(Stage::Child),
            form: form.unwrap_or(Form::Seedling),
            mood: mood.unwrap_or(Mood::Happy),
            seed: seed.unwrap_or_default(),
            palette,
        }))
    }

    /// Errors: `InvalidParameter`; `Unauthorized` for the caller's own without a token; `NotFound` for a link that is void.
    async fn subject(&self, caller: &Visitor, Pictures(parts): &Pictures) -> Result<Subject> {
        let (service, edge) = &**parts;
        let language = parameter("lang", self.lang.as_deref())?;
        if let Some(looks) = self.anybody()? {
            return Ok(Subject { looks, language: language.unwrap_or(Language::En), kept: Kept::ByAll(KEPT_SECONDS) });
        }
        if let Some(token) = &self.token {
            let shown = service.shared(&caller.ctx, token).await?;
            let (looks, kept) = (looks_of(&shown), Kept::ByAll(SHARED_SECONDS));
            return Ok(Subject { looks, language: language.unwrap_or(Language::En), kept });
        }
        let ctx = authenticate(edge, caller.ctx.clone(), &caller.method, &caller.headers).await?;
        let shown = service.get(&ctx, ctx.own()?).await?;
        Ok(Subject { looks: looks_of(&shown), language: language.unwrap_or(shown.language), kept: Kept::ByNobodyElse })
    }
}

impl Subject {
    fn svg(&self, size: u16, motion: Motion) -> String {
        self.looks.draw(&title(self.looks.stage, self.looks.mood, self.language), size, motion)
    }
}

impl Kept {
    fn told(self, reply: Reply) -> Result<Reply> {
        match self {
            Self::ByAll(seconds) => reply.kept_by_all(seconds),
            Self::ByNobodyElse => Ok(reply),
        }
    }
}

/// How somebody's companion looks. Its name is in no picture.
fn looks_of(shown: &Shown) -> Looks {
    let character = &shown.state.character;
    Looks {
        stage: character.growth.stage,
        form: character.growth.form,
        mood: shown.state.mood,
        palette: character.palette,
        seed: shown.user_id.into(),
    }
}

/// Whoever asks for a picture, who need not say who that is.
struct Visitor {
    ctx: Ctx,
    method: Method,
    headers: HeaderMap,
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let ctx = Ctx::from_request_parts(parts, state).await?;
        Ok(Self { ctx, method: parts.method.clone(), headers: parts.headers.clone() })
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

/// Draw a companion: any by its looks, your own as it is now, or the one that a link shows.
#[utoipa::path(get, path = "/api/companion.svg", tag = "companion", params(LooksQuery, DrawingQuery, IfNoneMatch),
    responses((status = 200, body = String, content_type = "image/svg+xml", description = "The picture"),
        (status = 304, description = "It is the one that you have"),
        (status = 401, body = crate::web::ErrorBody, description = "Neither looks nor a link, and no token of yours"),
        (status = 404, body = crate::web::ErrorBody, description = "The link is void")))]
async fn get_companion_svg(
    State(pictures): State<Pictures>,
    caller: Visitor,
    Query(looks): Query<LooksQuery>,
    Query(drawing): Query<DrawingQuery>,
    known: IfNoneMatch,
) -> Result<Reply> {
    let size = parameter("size", drawing.size.as_deref())?.unwrap_or(Pixels(240)).0;
    let motion = parameter("motion", drawing.motion.as_deref())?.unwrap_or(Motion::Moving);
    let subject = looks.subject(&caller, &pictures).await?;
    let svg = subject.svg(size, motion);
    let version = version(&svg);
    let reply = if known.has(version) { Reply::not_modified(version) } else { Reply::svg(svg).versioned(version) };
    subject.kept.told(reply)
}

/// Of what is drawn.
fn version(svg: &str) -> Uuid {
    Uuid::new_v5(&Uuid::nil(), svg.as_bytes())
}
