# What the assistant recommends. $hours and $ratio have one decimal, $from and $until are times of day, $minutes, $days, $tasks are counts.

recommend_break_now = You have worked for { $minutes } minutes in a row. Take five minutes off now.
recommend_lunch_now = It is time for lunch, and you have not had any. Half an hour is enough.
recommend_drink_water = You are { $ml } ml behind what you planned to drink. Have a glass of water.
recommend_stop_for_today = You have worked for { $hours } hours today, and planned for { $target }. What is left can wait for tomorrow.
recommend_rest_gap = Your next day of work begins in { $hours } hours. Stop now to get as much rest as you can.
recommend_protect_weekend = You have worked on { $days } free days within four weeks. Keep the next ones free: move what is planned for them.
recommend_quiet_evening = About { $hours } hours of your work a week lie outside of your hours of work. Quiet hours keep reminders away then.
recommend_end_on_time = About { $hours } hours of your work a week lie outside of your hours of work. Pick a day on which you end on time.
recommend_reschedule_overdue = { $tasks } tasks are overdue. Give them new dates, or let some of them go.
recommend_split_large_task = A task of yours is estimated at { $hours } hours. Divide it into steps that fit into a morning.
recommend_split_old_task = Nothing has happened to a task for { $days } days. Divide it, and do the first step.
recommend_cut_wip = You have begun { $tasks } tasks. Finish one of them before the next.
recommend_plan_light_week = Next week looks like { $hours } hours. Plan less for it while that is easy.
recommend_focus_slot = You get most done between { $from } and { $until }: that is what { $days } days with work at that hour show. Keep it for what matters most.
recommend_re_estimate = Your last { $tasks } tasks with an estimate typically took { $ratio } times as long as you thought. Plan more time for the next ones.
recommend_review_auto_closed = { $sessions ->
    [one] The end of one work session was only guessed. Say when it was.
   *[other] The ends of { $sessions } work sessions were only guessed. Say when they were.
}
recommend_shorten_sessions = Half of your sessions last { $minutes } minutes or longer, and your energy was { $energy } on average. Try 50 minutes of work and ten of rest.
recommend_start_small = Nothing was entered on your last { $days } days of work. Begin with a small task and a short session.
recommend_celebrate = { $tasks } tasks in a day, more than on any other of the last year, when the most was { $before }. Your companion would like to hear of it.
recommend_check_in = For { $days } days you have not said how you are. One number is enough, and makes the outlook more reliable.
recommend_reconnect_integration = One of your connections needs you to sign in again. Until then nothing is synchronized.
recommend_talk_to_someone = Your load has been high for { $days } days. Talk to somebody you trust, to your doctor, or to the occupational health service where you work. This is no diagnosis.

# The factors of the risk of overload. $value is a number, with one decimal for hours and energy, of percent for breaks and the trend.

risk_hours = { $value } hours of work a week, by the last week and the last four.
risk_after_hours = { $value } hours a week outside of your hours of work.
risk_rest_days = { $value ->
    [one] Work on one free day within four weeks.
   *[other] Work on { $value } free days within four weeks.
}
risk_short_rest = { $value ->
    [one] One rest of less than eleven hours within two weeks.
   *[other] { $value } rests of less than eleven hours within two weeks.
}
risk_breaks_skipped = Of your days of work in two weeks, { $value } % were long and had less than half an hour of breaks.
risk_trend_few = There are too few hours to speak of a trend.
risk_trend = The last week had { $value } % of the hours of an average one.
risk_backlog_little = Your tasks do not pile up.
risk_backlog_some = Some tasks pile up or are overdue.
risk_backlog_much = Many tasks pile up or are overdue.
risk_check_in = Your energy was { $value } on average.
risk_unknown = Nothing is known of this yet.
