//! Answers as tables of comma-separated values, by RFC 4180.

use std::fmt::Write as _;

use axum::http::header;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Reply;
use crate::kernel::{Code, Error, Result};

/// How an answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Csv,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormatQuery {
    /// As JSON, or as a table to download; JSON when left out.
    #[param(value_type = Option<String>, pattern = "^(json|csv)$")]
    format: Option<String>,
}

impl FormatQuery {
    /// Errors: `InvalidParameter`.
    pub fn format(&self) -> Result<Format> {
        match self.format.as_deref() {
            None | Some("json") => Ok(Format::Json),
            Some("csv") => Ok(Format::Csv),
            Some(_) => Err(Error::new(Code::InvalidParameter, "Query parameter 'format' must be json or csv")),
        }
    }
}

/// One value of a row.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'a> {
    Empty,
    Count(u64),
    Number(f64),
    /// What a spreadsheet would take for a formula gets an apostrophe before it.
    Text(&'a str),
}

/// A table with a header.
#[derive(Debug)]
pub struct Table(String);

impl Table {
    pub fn new(header: &[&str]) -> Self {
        let mut table = Self(String::new());
        table.row(&header.iter().map(|name| Cell::Text(name)).collect::<Vec<_>>());
        table
    }

    pub fn row(&mut self, cells: &[Cell<'_>]) {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            // Writing to a string cannot fail.
            let _ = match cell {
                Cell::Empty => Ok(()),
                Cell::Count(count) => write!(self.0, "{count}"),
                Cell::Number(number) => write!(self.0, "{number}"),
                Cell::Text(text) => {
                    self.text(text);
                    Ok(())
                }
            };
        }
        self.0.push_str("\r\n");
    }

    /// 200 with the table, to be saved under the name with `.csv`, which is ASCII without quotes. Errors: `Internal`.
    pub fn reply(self, name: &str) -> Result<Reply> {
        let mut reply = Reply::csv(self.0);
        reply.set(header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}.csv\""))?;
        Ok(reply)
    }

    fn text(&mut self, text: &str) {
        let formula = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        if text.contains([',', '"', '\r', '\n']) {
            let _ = write!(self.0, "\"{formula}{}\"", text.replace('"', "\"\""));
        } else {
            let _ = write!(self.0, "{formula}{text}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_a_table_is_quoted_and_a_number_stays_one() {
        for (cell, expected) in [
            (Cell::Empty, ""),
            (Cell::Count(7), "7"),
            (Cell::Number(0.25), "0.25"),
            (Cell::Number(-3.0), "-3"),
            (Cell::Text("plain text"), "plain text"),
            (Cell::Text("a,b"), "\"a,b\""),
            (Cell::Text("say \"a\""), "\"say \"\"a\"\"\""),
            (Cell::Text("two\nlines"), "\"two\nlines\""),
            (Cell::Text("two\r\nlines"), "\"two\r\nlines\""),
        ] {
            let mut table = Table::new(&["a", "b"]);
            table.row(&[cell, Cell::Count(1)]);
            assert_eq!(table.0, format!("a,b\r\n{expected},1\r\n"), "{cell:?}");
        }
    }

    #[test]
    fn no_text_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@sum", "\tx"] {
            let mut table = Table::new(&[]);
            table.row(&[Cell::Text(text)]);
            assert_eq!(table.0, format!("\r\n'{text}\r\n"));
        }
        let mut table = Table::new(&["=A1,\"B\""]);
        table.row(&[]);
        assert_eq!(table.0, "\"'=A1,\"\"B\"\"\"\r\n\r\n");
    }
}
