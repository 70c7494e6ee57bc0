# What the assistant recommends. $hours and $ratio have one decimal, $from and $until are times of day, $minutes, $days, $tasks are counts.

recommend_break_now = You have worked for { $minutes } minutes in a row. Take five minutes off now.
recommend_lunch_now = It is time for lunch, and you have not had any. Half an hour is enough.
recommend_drink_water = You are { $ml } ml behind what you planned to drink. Have a glass of water.
recommend_stop_for_today = You have worked for { $hours } hours today, and planned for { $target }. What is left can wait for tomorrow.
recommend_rest_gap = Your next day of work begins in { $hours } hours. Stop now to get as much rest as you can.
recommend_protect_weekend = You have worked on { $days } free days within four weeks. Keep the next ones free: move what is planned for them.
recommend_quiet_evening = About { $hours } hours of your work a week lie outside of your hours of work. Quiet hours keep reminders away in the evening.
recommend_reschedule_overdue = { $tasks } tasks are overdue. Give them new dates, or let some of them go.
recommend_split_large_task = A task of yours is estimated at { $hours } hours. Divide it into steps that fit into a morning.
recommend_split_old_task = Nothing has happened to a task for { $days } days. Divide it, and do the first step.
recommend_cut_wip = You have begun { $tasks } tasks. Finish one of them before the next.
recommend_plan_light_week = Next week looks like { $hours } hours. Plan less for it while that is easy.
recommend_focus_slot = Between { $from } and { $until } you get most done, by the { $days } days with work at that time. Keep it for what matters most.
recommend_re_estimate = Of { $tasks } tasks, the one in the middle took { $ratio } times as long as estimated. Plan more time for the next ones.
recommend_review_auto_closed = { $sessions ->
    [one] The end of one work session was only guessed. Say when it was.
   *[other] The ends of { $sessions } work sessions were only guessed. Say when they were.
}
recommend_shorten_sessions = Half of your sessions last { $minutes } minutes or longer, and your energy was { $energy } on average. Try 50 minutes of work and ten of rest.
recommend_start_small = Your last { $days } days of work have nothing. Begin with a small task and a short session.
recommend_celebrate = { $tasks } tasks in a day: more than ever before, the most was { $before }. Your companion would like to hear of it.
recommend_check_in = You have not said how you are for { $days } days. One number is enough, and makes the outlook surer.
recommend_reconnect_integration = One of your connections needs you to sign in again. Until then nothing is kept equal there.
recommend_talk_to_someone = Your load has been high for { $days } days. Talk to somebody you trust, to your doctor, or to the occupational health service where you work. This is no diagnosis.

# The factors of the risk of overload. $value is a number, with one decimal for hours and energy, of percent for breaks, the trend and tasks.

risk_hours = { $value } hours of work in 7 days.
risk_after_hours = { $value } hours a week outside of your hours of work.
risk_rest_days = { $value ->
    [one] Work on one free day within four weeks.
   *[other] Work on { $value } free days within four weeks.
}
risk_short_rest = { $value ->
    [one] One rest of less than eleven hours within two weeks.
   *[other] { $value } rests of less than eleven hours within two weeks.
}
risk_breaks_skipped = Of the days of two weeks, { $value } % were long and had less than half an hour of breaks.
risk_trend = The last week had { $value } % of the hours of an average one.
risk_backlog = New tasks that were not done, and overdue ones, come to { $value } %.
risk_check_in = Your energy was { $value } on average.
risk_unknown = Nothing is known of this yet.
