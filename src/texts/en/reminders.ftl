# Reminders. $minutes is time worked, $behind an amount of millilitres, $until and $time are times of day.

nudge_break_due = You have worked for { $minutes } minutes. Take a break of five minutes or more.
nudge_break_overdue = You have worked for { $minutes } minutes without a break. Get up for a few minutes.
nudge_lunch = You have not had lunch yet. Take half an hour for it before { $until }.
nudge_hydration = You have drunk { $behind } ml less than planned until now. Have a glass of water.
nudge_session_running = Your work session has been running for { $hours } hours. End it if you are not working any more.
nudge_check_in = How much energy do you have today? Enter it, from 1 to 5.
nudge_tasks_due = A task of today is due at { $time }.
nudge_tasks_open = { $open ->
    [one] One task of today is still open.
   *[other] { $open } tasks of today are still open.
}
nudge_reconnect = { $provider } no longer lets Avanochi in. Connect it again, and your tasks go on being kept equal.
nudge_reconnect_soon = { $provider } will soon no longer let Avanochi in. Connect it again before that, and your tasks go on being kept equal.
nudge_channel_off = Messages to { $name } do not arrive any more, so that channel was switched off. Mend it, and send a test.

# Overload: $level and $because are words that are below, $advice a sentence.

nudge_overload_ahead = If the coming week goes like the last one, your risk of overload will be { $level }, mostly because of { $because }. { $advice }
nudge_overload_reached = Your risk of overload is { $level }, mostly because of { $because }. { $advice }
overload_level_elevated = elevated
overload_level_high = high
overload_two_factors = { $first } and { $second }
overload_factor_hours = long hours
overload_factor_after_hours = work outside of your hours
overload_factor_rest_days = work on free days
overload_factor_short_rest = short rests between days
overload_factor_breaks_skipped = long days without breaks
overload_factor_trend = hours that go up
overload_factor_backlog = tasks that pile up
overload_factor_check_in = low energy in your check-ins
overload_advice_hours = Choose a day of this week on which you end an hour earlier.
overload_advice_after_hours = Keep one evening of this week free of work.
overload_advice_rest_days = Keep the next free day free.
overload_advice_short_rest = Leave eleven hours between the end of today and the start of tomorrow.
overload_advice_breaks_skipped = Take half an hour of breaks today.
overload_advice_trend = Move something of this week to a later one.
overload_advice_backlog = Give the oldest overdue tasks new dates, or let some of them go.
overload_advice_check_in = Plan a lighter day for tomorrow.
