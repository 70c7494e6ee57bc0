# What today's wellbeing says. The texts are hints, and no legal advice. $limit is a number of hours or minutes.

hydration_too_fast = More than one litre within an hour is more than the body can take up. Let the next glass wait.
labour_daily_rest_ok = You had { $limit } hours of rest or more since your last day of work.
labour_daily_rest_near = Your rest since the last day of work was not much more than { $limit } hours.
labour_daily_rest_broken = Your rest since the last day of work was less than { $limit } hours.
labour_weekly_rest_ok = Within the last 7 days you had { $limit } hours of rest in a row.
labour_weekly_rest_near = Your longest rest within the last 7 days was not much more than { $limit } hours.
labour_weekly_rest_broken = Within the last 7 days you had no { $limit } hours of rest in a row.
labour_daily_hours_ok = Today is well within { $limit } hours of work.
labour_daily_hours_near = Today comes close to { $limit } hours of work.
labour_daily_hours_broken = Today has more than { $limit } hours of work.
labour_weekly_hours_ok = The last 7 dates are well within { $limit } hours of work.
labour_weekly_hours_near = The last 7 dates come close to { $limit } hours of work, which holds on average.
labour_weekly_hours_broken = The last 7 dates have more than { $limit } hours of work, which holds on average.
labour_break_ok = Your breaks are long enough for the work of today.
labour_break_near = Soon { $limit } minutes of breaks will be needed today.
labour_break_broken = Today's work needs { $limit } minutes of breaks.
labour_night_ok = Your work at night is well within { $limit } hours.
labour_night_near = A day with work at night comes close to { $limit } hours of work.
labour_night_broken = A day with work at night has more than { $limit } hours of work.
