//! The figures of tasks over HTTP.

use axum::extract::State;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    model::Priority,
    report::{Figures, Report},
    service::TaskService,
};
use crate::{
    kernel::{Ctx, Result, UserId},
    web::{
        Query, Reply, WhoseQuery,
        csv::{Cell, Format, FormatQuery, Table},
    },
    work::days::http::RangeQuery,
};

/// What became of the tasks of some dates.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskSummaryView<'a> {
    user_id: UserId,
    #[schema(value_type = String, format = Date)]
    from: NaiveDate,
    #[schema(value_type = String, format = Date)]
    to: NaiveDate,
    all: FiguresView,
    /// Those of each tag that has any, by name. A task with several tags is in each.
    tags: Vec<TagFigures<'a>>,
    /// Those of each priority that has any, from low to urgent.
    priorities: Vec<PriorityFigures>,
}

/// Figures of tasks.
#[derive(Debug, Serialize, ToSchema)]
struct FiguresView {
    /// Created within the dates, and existing.
    created: u64,
    /// Completed within the dates.
    completed: u64,
    /// Due within the dates, and open beyond that or completed on a later date.
    overdue: u64,
    /// Last carried over to one of the dates.
    carried_over: u64,
    /// Of those that were completed within the dates.
    estimated_minutes: u64,
    /// Of the same, in whole minutes.
    spent_minutes: u64,
    /// Of the same, where both are known: the median of the time spent by the estimate, in four decimals.
    actual_to_estimate: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct TagFigures<'a> {
    tag: &'a str,
    #[serde(flatten)]
    figures: FiguresView,
}

#[derive(Debug, Serialize, ToSchema)]
struct PriorityFigures {
    priority: Priority,
    #[serde(flatten)]
    figures: FiguresView,
}

impl From<&Figures> for FiguresView {
    fn from(figures: &Figures) -> Self {
        Self {
            created: figures.created,
            completed: figures.completed,
            overdue: figures.overdue,
            carried_over: figures.carried_over,
            estimated_minutes: figures.estimated_minutes,
            spent_minutes: figures.spent_seconds / 60,
            actual_to_estimate: figures.median_ratio(),
        }
    }
}

impl<'a> From<&'a Report> for TaskSummaryView<'a> {
    fn from(report: &'a Report) -> Self {
        let priorities = report.priorities.iter();
        Self {
            user_id: report.user_id,
            from: report.range.from,
            to: report.range.to,
            all: (&report.all).into(),
            tags: report.tags.values().map(|(tag, figures)| TagFigures { tag, figures: figures.into() }).collect(),
            priorities: priorities
                .map(|(priority, figures)| PriorityFigures { priority: *priority, figures: figures.into() })
                .collect(),
        }
    }
}

impl TaskSummaryView<'_> {
    fn table(&self) -> Table {
        let mut table = Table::new(&[
            "group",
            "name",
            "created",
            "completed",
            "overdue",
            "carried_over",
            "estimated_minutes",
            "spent_minutes",
            "actual_to_estimate",
        ]);
        let mut row = |group, name, figures: &FiguresView| {
            table.row(&[
                Cell::Text(group),
                Cell::Text(name),
                Cell::Count(figures.created),
                Cell::Count(figures.completed),
                Cell::Count(figures.overdue),
                Cell::Count(figures.carried_over),
                Cell::Count(figures.estimated_minutes),
                Cell::Count(figures.spent_minutes),
                figures.actual_to_estimate.map_or(Cell::Empty, Cell::Number),
            ]);
        };
        row("all", "", &self.all);
        self.tags.iter().for_each(|tag| row("tag", tag.tag, &tag.figures));
        self.priorities.iter().for_each(|of| row("priority", of.priority.as_str(), &of.figures));
        table
    }
}

/// Sum up what became of the tasks of some dates, by tag and priority.
#[utoipa::path(get, path = "/api/tasks/summary", tag = "tasks", params(WhoseQuery, RangeQuery, FormatQuery),
    responses((status = 200, description = "The figures",
        content((TaskSummaryView = "application/json"), (String = "text/csv")))))]
pub async fn summarize_tasks(
    State(tasks): State<TaskService>,
    ctx: Ctx,
    Query(whose): Query<WhoseQuery>,
    Query(range): Query<RangeQuery>,
    Query(format): Query<FormatQuery>,
) -> Result<Reply> {
    let (owner, wanted, format) = (ctx.owner(whose.given())?, range.wanted()?, format.format()?);
    let report = tasks.report(&ctx, owner, wanted).await?;
    let view = TaskSummaryView::from(&report);
    match format {
        Format::Json => Reply::ok(&view),
        Format::Csv => view.table().reply(&format!("tasks-{}-{}", view.from, view.to)),
    }
}
