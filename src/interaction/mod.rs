//! Interaction: how people and the program talk, whatever the channel.

pub mod channels;
pub mod grammar;
pub mod notifications;

use std::sync::Arc;

use self::{
    channels::service::ChannelService,
    notifications::{jobs::NotificationWorker, service::NotificationService},
};
use crate::{
    domain::{Contribution, Shared},
    jobs::{DeadLetters, Registry},
    web::Edge,
};

/// What a function folder says, built in.
macro_rules! function_json {
    ($folder:literal) => {
        include_str!(concat!("../../", $folder, "/function.json"))
    };
}

/// What the domain adds to the program.
pub fn contribute(shared: &Shared, channels: ChannelService, notifications: NotificationService, edge: Edge) -> Contribution {
    let dead_letters = DeadLetters::new(Arc::clone(&shared.store), Arc::clone(&shared.ids));
    let contribution = channels::contribute(channels, edge).and(notifications::contribute(&notifications));
    let jobs = Registry::default()
        .with(NotificationWorker(notifications), function_json!("notification_worker"))
        .with_poison_of::<NotificationWorker>("notification_poison", dead_letters, function_json!("notification_poison"));
    contribution.jobs(jobs)
}
