# What is sent to people outside of the page, and the pages that links in mails lead to. $name is what a person calls a channel or a connection.

title_nudge_created = A reminder from Avanochi
title_achievement_earned = You have achieved something
title_summary_daily = Your day in Avanochi
title_summary_weekly = Your week in Avanochi
title_risk_raised = Your risk of overload
title_sync_attention = Something in Avanochi needs your attention
title_channel_test = A test from Avanochi
title_channel_verify = Is this address yours?
notification_achievements = { $count ->
    [one] You have earned an achievement: { $names }.
   *[other] You have earned { $count } achievements: { $names }.
}
notification_needs_reauth = { $name } no longer accepts your credential. Connect it again to keep your tasks equal there.
notification_halted = Many items are missing at { $name }. Say in Avanochi whether their tasks are to be deleted.
notification_failed = { $name } could not be synchronised six times in a row. It is tried less often now.
notification_channel_off = Avanochi no longer sends to { $name }. { $problem }
notification_test = This is a test. Messages from Avanochi arrive here.
notification_verify = Somebody, probably you, wants Avanochi to write to this address. Confirm that it is yours within a day, or ignore this mail.
channel_failing = Nothing arrived there for five days. Send a test once it works again.
channel_gone = There is nobody at this address any more, as it says itself.
channel_refused = The service does not let Avanochi in any more.
channel_secret_lost = The address cannot be read on this server any more. Make the channel anew.
verify_question = Do you want Avanochi to write to this address?
verify_button = Yes, it is mine
verify_done = Thank you. From now on Avanochi writes to this address.
unsubscribe_nudges = Do you want no more reminders by mail?
unsubscribe_summaries = Do you want no more summaries by mail?
unsubscribe_achievements = Do you want no more mail about achievements?
unsubscribe_risk = Do you want no more mail about your risk of overload?
unsubscribe_sync = Do you want no more mail about connections that need attention?
unsubscribe_button = No more of them
mail_open = Open Avanochi
mail_verify = Confirm this address
mail_unsubscribe = No more mails like this
