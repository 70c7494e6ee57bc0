//! What people are told of, and how each stands to the hours in which nothing is to be sent. Pure.

use crate::{choice, interaction::channels::model::Topic};

choice!(
    /// What happened.
    Event as "NotificationEvent",
    NudgeCreated = "nudge.created",
    AchievementEarned = "achievement.earned",
    SummaryDaily = "summary.daily",
    SummaryWeekly = "summary.weekly",
    RiskRaised = "risk.raised",
    SyncAttention = "sync.attention",
    /// Somebody wants to know whether a channel works.
    ChannelTest = "channel.test",
    /// Somebody is to say whether an address is theirs.
    ChannelVerify = "channel.verify",
);

/// How an event stands to the hours in which nothing is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// It is said at the time or not at all.
    NowOrNever,
    /// It waits for their end, a day at most.
    Waits,
    /// They do not concern it: the person has just asked for it.
    Asked,
}

impl Event {
    /// By which channels are chosen; `None` for what concerns a channel itself.
    pub const fn topic(self) -> Option<Topic> {
        match self {
            Self::NudgeCreated => Some(Topic::Nudges),
            Self::AchievementEarned => Some(Topic::Achievements),
            Self::SummaryDaily | Self::SummaryWeekly => Some(Topic::Summaries),
            Self::RiskRaised => Some(Topic::Risk),
            Self::SyncAttention => Some(Topic::Sync),
            Self::ChannelTest | Self::ChannelVerify => None,
        }
    }

    pub const fn patience(self) -> Patience {
        match self {
            Self::NudgeCreated | Self::RiskRaised => Patience::NowOrNever,
            Self::AchievementEarned | Self::SummaryDaily | Self::SummaryWeekly | Self::SyncAttention => Patience::Waits,
            Self::ChannelTest | Self::ChannelVerify => Patience::Asked,
        }
    }
}
