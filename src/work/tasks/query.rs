//! The parameters by which tasks are listed.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    filter::{Dates, Sort, TaskFilter, View},
    model::Priority,
    tag::WantedTags,
    words::Words,
};
use crate::{
    kernel::{Result, Rule, Timestamp},
    web::{escaped, parameter},
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListTasksQuery {
    /// Whose tasks: yours when left out. With neither this nor any parameter but `completed`, `limit`, `cursor` and `sort=created_at`, an
    /// administrator gets everybody's.
    pub user_id: Option<String>,
    /// Only those that are, or are not, completed.
    #[param(value_type = Option<bool>)]
    completed: Option<String>,
    /// Those that matter for a stretch of time; without `sort` in the view's own order.
    #[param(inline, value_type = Option<View>)]
    view: Option<String>,
    /// Only those with this tag, or with all of several with commas between.
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    tag: Option<String>,
    #[param(value_type = Option<Priority>)]
    priority: Option<String>,
    /// Only those that are due on this date or later.
    #[param(value_type = Option<NaiveDate>)]
    due_from: Option<String>,
    /// Only those that are due on this date or earlier.
    #[param(value_type = Option<NaiveDate>)]
    due_to: Option<String>,
    #[param(value_type = Option<NaiveDate>)]
    planned_from: Option<String>,
    #[param(value_type = Option<NaiveDate>)]
    planned_to: Option<String>,
    /// Only those that were completed on this date or later.
    #[param(value_type = Option<NaiveDate>)]
    completed_from: Option<String>,
    #[param(value_type = Option<NaiveDate>)]
    completed_to: Option<String>,
    /// Only those that changed then or later, with an offset or `Z`.
    #[param(value_type = Option<Timestamp>)]
    updated_since: Option<String>,
    /// Words, each of which is the beginning of a word in the title, the notes or the tags, regardless of case and accents.
    #[param(value_type = Option<String>, max_length = 200)]
    q: Option<String>,
    /// The trash, latest first, instead of what exists.
    #[param(value_type = Option<bool>)]
    trashed: Option<String>,
    /// What comes first; a `-` turns it round. What has no date is last either way.
    #[param(inline, value_type = Option<Sort>)]
    sort: Option<String>,
}

impl ListTasksQuery {
    /// Errors: `InvalidParameter`.
    pub fn filter(&self) -> Result<TaskFilter> {
        Ok(TaskFilter {
            completed: parameter("completed", self.completed.as_deref())?,
            view: parameter("view", self.view.as_deref())?,
            tags: parameter::<WantedTags>("tag", self.tag.as_deref())?,
            priority: parameter("priority", self.priority.as_deref())?,
            due: dates(["due_from", "due_to"], [&self.due_from, &self.due_to])?,
            planned: dates(["planned_from", "planned_to"], [&self.planned_from, &self.planned_to])?,
            completed_on: dates(["completed_from", "completed_to"], [&self.completed_from, &self.completed_to])?,
            updated_since: parameter("updated_since", self.updated_since.as_deref())?,
            words: parameter::<Words>("q", self.q.as_deref())?,
            notes_hidden: false,
            trashed: parameter("trashed", self.trashed.as_deref())?.unwrap_or(false),
            sort: parameter("sort", self.sort.as_deref())?,
        })
    }

    /// The parameters as they were given, for the way to the next page.
    pub fn given(&self) -> Vec<(&'static str, Option<String>)> {
        [
            ("user_id", &self.user_id),
            ("completed", &self.completed),
            ("view", &self.view),
            ("tag", &self.tag),
            ("priority", &self.priority),
            ("due_from", &self.due_from),
            ("due_to", &self.due_to),
            ("planned_from", &self.planned_from),
            ("planned_to", &self.planned_to),
            ("completed_from", &self.completed_from),
            ("completed_to", &self.completed_to),
            ("updated_since", &self.updated_since),
            ("q", &self.q),
            ("trashed", &self.trashed),
            ("sort", &self.sort),
        ]
        .map(|(name, value)| (name, value.as_deref().map(escaped)))
        .into()
    }
}

fn dates([from_name, to_name]: [&str; 2], [from, to]: [&Option<String>; 2]) -> Result<Dates> {
    let (from, to) = (parameter(from_name, from.as_deref())?, parameter(to_name, to.as_deref())?);
    let dates = Dates { from, to };
    if from.zip(to).is_some_and(|(from, to): (NaiveDate, NaiveDate)| from > to) {
        return Err(Rule::field("must not be later than the end of the range").of_parameter(from_name));
    }
    Ok(dates)
}
