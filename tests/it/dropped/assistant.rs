//! The operations on what the assistant recommends.

use serde_json::json;

use super::{Case, requests::ask};

pub const ASSISTANT: &[Case] = &[Case::new("POST /api/recommendations/{id}", |world| {
    Box::pin(async {
        let id = world.ann.be_recommended().await;
        ask(&world.ann, "POST", format!("/api/recommendations/{id}"), json!({ "action": "done" }))
    })
})];
