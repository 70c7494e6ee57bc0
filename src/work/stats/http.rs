//! Statistics over HTTP.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{model::Stats, service::StatsService};
use crate::{
    kernel::{Code, Ctx, Error, Owner, Result, Timestamp, UserId},
    web::{Query, Reply, UserInPath, given},
    work::hours::hours,
};

pub fn router(service: StatsService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_stats_by_query)).routes(routes!(get_stats)).with_state(service)
}

/// What a user achieved.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b", "total_tasks": 12, "completed_tasks": 9,
    "total_sessions": 4, "total_hours": 7.25, "hours_worked": 7.25, "tasks_completed": 9, "current_streak": 3,
    "longest_streak": 5, "active_session": false, "as_of": "2026-01-14T11:40:02.000000Z" }))]
struct StatsView {
    user_id: UserId,
    total_tasks: u64,
    completed_tasks: u64,
    /// Sessions that have ended.
    total_sessions: u64,
    /// The hours of those sessions, summed exactly and rounded once, to two decimals.
    total_hours: f64,
    /// The same as `total_hours`.
    hours_worked: f64,
    /// The same as `completed_tasks`.
    tasks_completed: u64,
    /// Days in a row on which a task was completed or a session ended, up to today or yesterday.
    current_streak: u32,
    longest_streak: u32,
    /// Whether a session is under way.
    active_session: bool,
    as_of: Timestamp,
}

impl From<Stats> for StatsView {
    fn from(stats: Stats) -> Self {
        let total_hours = hours(stats.worked_micros);
        Self {
            user_id: stats.user_id,
            total_tasks: stats.total_tasks,
            completed_tasks: stats.completed_tasks,
            total_sessions: stats.total_sessions,
            total_hours,
            hours_worked: total_hours,
            tasks_completed: stats.completed_tasks,
            current_streak: stats.current_streak,
            longest_streak: stats.longest_streak,
            active_session: stats.active_session,
            as_of: stats.as_of,
        }
    }
}

/// Get a user's statistics.
#[utoipa::path(get, path = "/api/stats/{user_id}", tag = "stats", params(UserInPath),
    responses((status = 200, body = StatsView, description = "The statistics as of now")))]
async fn get_stats(State(stats): State<StatsService>, ctx: Ctx, UserInPath(owner): UserInPath) -> Result<Reply> {
    answer(&stats, &ctx, owner).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct StatsQuery {
    /// Whose statistics: yours, unless you are an administrator.
    #[param(required, value_type = String, format = Uuid)]
    user_id: Option<String>,
}

/// Get a user's statistics, the user being named in the query.
#[utoipa::path(get, path = "/api/stats", tag = "stats", params(StatsQuery),
    responses((status = 200, body = StatsView, description = "The statistics as of now")))]
async fn get_stats_by_query(State(stats): State<StatsService>, ctx: Ctx, Query(query): Query<StatsQuery>) -> Result<Reply> {
    let user_id =
        given(query.user_id.as_ref()).ok_or_else(|| Error::new(Code::MissingUserId, "user_id is required in route or query"))?;
    answer(&stats, &ctx, ctx.owner_named(user_id)?).await
}

async fn answer(stats: &StatsService, ctx: &Ctx, owner: Owner) -> Result<Reply> {
    Reply::ok(&StatsView::from(stats.get(ctx, owner).await?))
}
