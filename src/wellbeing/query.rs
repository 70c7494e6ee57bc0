//! The parameters that lists of entries have.

use serde::Deserialize;
use utoipa::IntoParams;

use super::entry::Between;
use crate::{
    kernel::{Ctx, Result},
    web::{ListQuery, cursor::Paging, parameter},
};

/// Which dates are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BetweenQuery {
    /// The first date.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// The last date, at most 399 days after the first.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
}

impl BetweenQuery {
    /// Errors: `InvalidParameter`, `InvalidCursor`.
    pub fn paging(&self, path: &str, list: &ListQuery, ctx: &Ctx) -> Result<(Between, Paging)> {
        let between = Between::new(parameter("from", self.from.as_deref())?, parameter("to", self.to.as_deref())?)?;
        let shown = [("from", between.from), ("to", between.to)].map(|(name, date)| (name, date.map(|date| date.to_string())));
        Ok((between, list.paging(path, &shown, ctx)?))
    }
}
