//! Days over HTTP.

use axum::extract::State;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{DayEntry, History, Wanted},
    service::DayService,
    svg::{Cell, heat_map},
};
use crate::{
    kernel::{Code, Ctx, Error, Result, Timestamp, UserId},
    web::{Query, Reply, UserInPath, parameter},
};

pub fn router(service: DayService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_days)).with_state(service)
}

/// What a user did on each of some dates.
#[derive(Debug, Serialize, ToSchema)]
struct DaysView {
    user_id: UserId,
    /// Where the user is now; a date is the one that it was where the user was then.
    time_zone: &'static str,
    #[schema(value_type = String, format = Date)]
    from: NaiveDate,
    #[schema(value_type = String, format = Date)]
    to: NaiveDate,
    /// The dates on which anything happened, ascending.
    #[schema(max_items = 400)]
    days: Vec<DayView>,
}

/// What a user did on one date.
#[derive(Debug, Serialize, ToSchema)]
struct DayView {
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    /// Tasks that were created on it and still exist.
    created_tasks: u32,
    /// Tasks that were completed on it and still are.
    completed_tasks: u32,
    /// Sessions that ended on it.
    sessions: u32,
    /// The time worked on it in sessions that have ended.
    #[schema(minimum = 0)]
    focus_seconds: f64,
    /// The same by the hour that the clock on the wall showed, from midnight on, in seconds. The clock may show an hour
    /// twice, so that it has up to 7200.
    #[schema(value_type = Vec<f64>, min_items = 24, max_items = 24)]
    focus_by_hour: Vec<f64>,
    /// When the user first changed a task or a session on it.
    first_activity: Option<Timestamp>,
    last_activity: Option<Timestamp>,
}

impl From<&History> for DaysView {
    fn from(history: &History) -> Self {
        Self {
            user_id: history.user_id,
            time_zone: history.time_zone.name(),
            from: history.range.from,
            to: history.range.to,
            days: history.days.iter().map(DayView::from).collect(),
        }
    }
}

impl From<&DayEntry> for DayView {
    fn from(day: &DayEntry) -> Self {
        Self {
            date: day.date,
            created_tasks: day.created_tasks,
            completed_tasks: day.completed_tasks,
            sessions: day.sessions,
            focus_seconds: seconds(day.focus_by_hour.iter().sum()),
            focus_by_hour: day.focus_by_hour.into_iter().map(seconds).collect(),
            first_activity: day.first_activity,
            last_activity: day.last_activity,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 microseconds, 285 years")]
fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}

/// The dates that an answer is about.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RangeQuery {
    /// The first date, from 1970-01-01 on; 364 days before the last when left out.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// The last date, at most 399 days after the first; the user's today when left out.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
}

impl RangeQuery {
    /// Errors: `InvalidParameter`.
    pub fn wanted(&self) -> Result<Wanted> {
        Ok(Wanted { from: parameter("from", self.from.as_deref())?, to: parameter("to", self.to.as_deref())? })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PictureQuery {
    /// As data, or as an image: a map of the focus of each day and hour.
    #[param(value_type = Option<String>, pattern = "^(json|svg)$")]
    format: Option<String>,
}

/// Get what a user did on each date of a range.
#[utoipa::path(get, path = "/api/stats/{user_id}/days", tag = "stats",
    params(UserInPath, RangeQuery, PictureQuery),
    responses((status = 200, description = "The dates on which anything happened",
        content((DaysView = "application/json"), (String = "image/svg+xml")))))]
async fn get_days(
    State(days): State<DayService>,
    ctx: Ctx,
    UserInPath(owner): UserInPath,
    Query(range): Query<RangeQuery>,
    Query(picture): Query<PictureQuery>,
) -> Result<Reply> {
    let wanted = range.wanted()?;
    let render: fn(&History) -> Result<Reply> = match picture.format.as_deref() {
        None | Some("json") => |history| Reply::ok(&DaysView::from(history)),
        Some("svg") => |history| Ok(Reply::svg(image(history))),
        Some(_) => return Err(Error::new(Code::InvalidParameter, "Query parameter 'format' must be json or svg")),
    };
    render(&days.history(&ctx, owner, wanted).await?)
}

fn image(history: &History) -> String {
    let cell = |day: &DayEntry| Cell {
        date: day.date,
        focus_seconds: day.focus_by_hour.iter().sum::<u64>() / 1_000_000,
        completed_tasks: day.completed_tasks,
        focus_by_hour: day.focus_by_hour.map(|micros| micros / 1_000_000),
    };
    let cells: Vec<Cell> = history.days.iter().map(cell).collect();
    heat_map(history.range.from, history.range.to, &cells)
}
