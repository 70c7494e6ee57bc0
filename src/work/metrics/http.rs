//! Metrics over HTTP.

use axum::extract::State;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{
        Object, ObjectBuilder,
        schema::{SchemaType, Type},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{Metric, Report, Value},
    service::MetricsService,
};
use crate::{
    kernel::{Ctx, Result, UserId},
    web::{
        Query, Reply, UserInPath,
        csv::{Cell, Format, FormatQuery, Table},
    },
    work::days::http::RangeQuery,
};

pub fn router(service: MetricsService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_metrics)).with_state(service)
}

/// How a user works, in figures of some dates.
#[derive(Debug, Serialize, ToSchema)]
struct MetricsView {
    user_id: UserId,
    #[schema(value_type = String, format = Date)]
    from: NaiveDate,
    #[schema(value_type = String, format = Date)]
    to: NaiveDate,
    /// Where the user is now.
    time_zone: &'static str,
    /// Always the same ones in the same order.
    #[schema(max_items = 19)]
    metrics: Vec<MetricView>,
}

/// One figure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "key": "hours_worked", "value": 32.5, "unit": "h" }))]
struct MetricView {
    key: &'static str,
    /// Null where there is nothing to say.
    #[schema(schema_with = value_schema)]
    value: Option<ValueView>,
    unit: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ValueView {
    Count(u64),
    Number(f64),
    Text(String),
}

/// A number, or a time of day on the user's clock.
fn value_schema() -> Object {
    let types = SchemaType::from_iter([Type::Number, Type::String, Type::Null]);
    ObjectBuilder::new()
        .schema_type(types)
        .description(Some("Null where there is nothing to say; a time of day as HH:MM"))
        .build()
}

impl From<&Report> for MetricsView {
    fn from(report: &Report) -> Self {
        Self {
            user_id: report.user_id,
            from: report.range.from,
            to: report.range.to,
            time_zone: report.time_zone.name(),
            metrics: report.metrics.iter().map(MetricView::from).collect(),
        }
    }
}

impl From<&Metric> for MetricView {
    fn from(metric: &Metric) -> Self {
        Self { key: metric.key, value: metric.value.map(ValueView::from), unit: metric.unit }
    }
}

impl From<Value> for ValueView {
    fn from(value: Value) -> Self {
        match value {
            Value::Count(count) => Self::Count(count),
            Value::Number(number) => Self::Number(number),
            Value::TimeOfDay(minute) => Self::Text(format!("{:02}:{:02}", minute / 60, minute % 60)),
        }
    }
}

impl ValueView {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Count(count) => Cell::Count(*count),
            Self::Number(number) => Cell::Number(*number),
            Self::Text(text) => Cell::Text(text),
        }
    }
}

/// Get figures of how a user works: hours, tasks, breaks, start and end of the day.
#[utoipa::path(get, path = "/api/stats/{user_id}/metrics", tag = "stats",
    params(UserInPath, RangeQuery, FormatQuery),
    responses((status = 200, description = "The figures of the dates",
        content((MetricsView = "application/json"), (String = "text/csv")))))]
async fn get_metrics(
    State(metrics): State<MetricsService>,
    ctx: Ctx,
    UserInPath(owner): UserInPath,
    Query(range): Query<RangeQuery>,
    Query(format): Query<FormatQuery>,
) -> Result<Reply> {
    let (wanted, format) = (range.wanted()?, format.format()?);
    let view = MetricsView::from(&metrics.report(&ctx, owner, wanted).await?);
    match format {
        Format::Json => Reply::ok(&view),
        Format::Csv => table(&view).reply(&format!("metrics-{}-{}", view.from, view.to)),
    }
}

fn table(view: &MetricsView) -> Table {
    let mut table = Table::new(&["key", "value", "unit"]);
    for metric in &view.metrics {
        let value = metric.value.as_ref().map_or(Cell::Empty, ValueView::cell);
        table.row(&[Cell::Text(metric.key), value, Cell::Text(metric.unit)]);
    }
    table
}
