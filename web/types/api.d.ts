// What the API takes and answers, made of docs/openapi.json by `npm run api` in web/test. Not changed by hand.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Something to be achieved once. */
        AchievementView: {
            description: string;
            earned_at?: components["schemas"]["Timestamp"] | null;
            icon: string;
            id: string;
            /** @description In the user's language, as the description is. */
            name: string;
            /**
             * Format: double
             * @description 0 to 1; 1 for good once it was earned.
             */
            progress: number;
        };
        /** @enum {string} */
        Action: "complete" | "reopen";
        /** @description The rest under way, if there is one. */
        ActiveRestView: components["schemas"]["RestView"] | components["schemas"]["NoActiveRest"];
        ActiveWorkSessionView: components["schemas"]["WorkSessionView"] | components["schemas"]["NoActiveWorkSession"];
        /**
         * @description Another secret of a webhook.
         * @example {
         *       "secret": "what the sender made"
         *     }
         */
        AddSecretBody: {
            /** @description It is made here when left out. */
            secret?: string | null;
        };
        /**
         * @description What you say to a reminder.
         * @example {
         *       "action": "snooze",
         *       "minutes": 30
         *     }
         */
        AnswerNudgeBody: {
            /** @description `dismiss` keeps its kind silent for the rest of the date. */
            action: components["schemas"]["NudgeAction"];
            minutes?: components["schemas"]["From5To240"] | null;
        };
        /**
         * @description What you say to a recommendation.
         * @example {
         *       "action": "done"
         *     }
         */
        AnswerRecommendationBody: {
            action: components["schemas"]["RecommendationAnswer"];
        };
        /** @description A recommendation that was answered. */
        AnsweredView: {
            id: string;
            rule: string;
            /**
             * Format: date
             * @description The rule recommends nothing before this date.
             */
            silent_until: string;
            state: string;
        };
        /**
         * @description What you say, or the confirmation of what was asked back: one of the two.
         * @example {
         *       "text": "add buy milk tomorrow at 9",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        AskAssistantBody: {
            confirm?: components["schemas"]["ConfirmationToken"] | null;
            text?: components["schemas"]["Sentence"] | null;
            user_id?: components["schemas"]["Id"] | null;
        };
        /**
         * @description What is being sent.
         * @example {
         *       "notification_id": "5f0c8a52-7a7c-5d5c-9a53-0f5ec2f4a7e1"
         *     }
         */
        AskedNotificationView: {
            /**
             * Format: uuid
             * @description Under which the log of notifications tells how it went.
             */
            notification_id: string;
        };
        /**
         * @description A run that was asked for.
         * @example {
         *       "run_id": "0193c7a8-a2b3-7c4d-9e5f-6a7b8c9d0e1f"
         *     }
         */
        AskedRunView: {
            run_id: components["schemas"]["Id"];
        };
        /**
         * @description The answer to a turn.
         * @example {
         *       "did": [
         *         {
         *           "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a",
         *           "kind": "hydration",
         *           "op": "create"
         *         }
         *       ],
         *       "intent": "log_water",
         *       "key": "dialogue_water",
         *       "text": "250 ml of water noted.",
         *       "understood_by": "rules"
         *     }
         */
        AssistantAnswer: {
            confirm?: components["schemas"]["AssistantConfirmation"] | null;
            /** @description What was done, if anything was. */
            did?: components["schemas"]["AssistantDid"][];
            /** @description What was asked for, such as `start_work`; `unknown` when it was not understood. */
            intent: string;
            /** @description Names the text, so that who shows it may have words of its own. */
            key: string;
            /** @description The three intents that are nearest to what was not understood. */
            near?: string[];
            /** @description In the language of the settings. */
            text: string;
            understood_by: components["schemas"]["UnderstoodBy"];
        };
        /** @description What is done only once it is confirmed. */
        AssistantConfirmation: {
            expires_at: components["schemas"]["Timestamp"];
            /** @description What would be done. */
            text: string;
            /** @description Sent back as `confirm`, it has the action done, once. */
            token: string;
        };
        /** @description What was done to a document. */
        AssistantDid: {
            /** Format: uuid */
            id: string;
            /** @description Of which kind it is, as in the addresses of the API. */
            kind: string;
            /** @description What was done to it. */
            op: components["schemas"]["AssistantOperation"];
        };
        /** @enum {string} */
        AssistantOperation: "create" | "update" | "complete" | "reopen" | "delete" | "start" | "end" | "pause" | "resume";
        /**
         * @description Where to consent.
         * @example {
         *       "expires_at": "2026-03-02T09:10:00.000000Z",
         *       "url": "https://github.com/login/oauth/authorize?response_type=code&client_id=Iv1.8a61f9b3a7aba766"
         *     }
         */
        AuthorizationView: {
            expires_at: components["schemas"]["Timestamp"];
            /** @description Good once, in the browser that asked for it. */
            url: string;
        };
        /** @description Whether a break is due. */
        BreakDueView: {
            /**
             * Format: int64
             * @description Worked since the last break of 5 minutes or more, shorter interruptions not counted. 0 without a work session under way.
             */
            continuous_minutes: number;
            due: boolean;
            due_at?: components["schemas"]["Timestamp"] | null;
            /** @description After 90 minutes. */
            overdue: boolean;
        };
        /**
         * @description What a break is: a rest that was entered, a pause of a work session, or the time between two of them.
         * @enum {string}
         */
        BreakSource: "rest" | "pause" | "gap";
        /** @description A break from work. */
        BreakView: {
            end_time?: components["schemas"]["Timestamp"] | null;
            id?: components["schemas"]["Id"] | null;
            kind?: components["schemas"]["RestKind"] | null;
            source: components["schemas"]["BreakSource"];
            start_time: components["schemas"]["Timestamp"];
        };
        /**
         * @description Several operations.
         * @example {
         *       "operations": [
         *         {
         *           "op": "create",
         *           "title": "Write the report"
         *         }
         *       ],
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        BulkBody: {
            /**
             * @description Whether all are done in one commit or none is; true, when left out.
             * @default true
             */
            atomic: boolean;
            /** @description Each may be wrong for itself, so each is read by itself. */
            operations: components["schemas"]["OperationBody"][];
            user_id?: components["schemas"]["Id"] | null;
        };
        /** @description How all operations ended, in order. */
        BulkResult: {
            results: components["schemas"]["OperationResult"][];
        };
        /** @enum {string} */
        CarryOver: "weekly" | "daily" | "never";
        /** @description A resource as it is now, or that it is gone. */
        ChangeView: {
            /** @description When that happened. */
            at: components["schemas"]["Timestamp"];
            /** @description Unique within its kind. */
            id: string;
            /** @description The resource as its own route shows it, by its kind; null when it is gone. `achievements`: EarnedView, `channels`: ChannelView, `check_ins`: CheckInView, `companion`: CharacterView, `connections`: ConnectionView, `habits`: HabitsView, `hydration`: DrinkView, `meals`: MealView, `nudges`: NudgeView, `presence`: PresenceView, `progress`: LevelView, `progress_ledger`: EntryView, `recommendations`: RecommendationsView, `rests`: RestView, `settings`: SettingsView, `tasks`: TaskView, `time_off`: TimeOffView, `users`: UserView, `work_sessions`: WorkSessionView */
            item?: null | components["schemas"]["EarnedView"] | components["schemas"]["ChannelView"] | components["schemas"]["CheckInView"] | components["schemas"]["CharacterView"] | components["schemas"]["ConnectionView"] | components["schemas"]["HabitsView"] | components["schemas"]["DrinkView"] | components["schemas"]["MealView"] | components["schemas"]["NudgeView"] | components["schemas"]["PresenceView"] | components["schemas"]["LevelView"] | components["schemas"]["EntryView"] | components["schemas"]["RecommendationsView"] | components["schemas"]["RestView"] | components["schemas"]["SettingsView"] | components["schemas"]["TaskView"] | components["schemas"]["TimeOffView"] | components["schemas"]["UserView"] | components["schemas"]["WorkSessionView"];
            /** @description Which list it belongs to, such as `tasks`. */
            kind: string;
            op: components["schemas"]["Op"];
        };
        /** @description An event of the stream: its lines `event`, `id`, `data` and `retry`. For the description; the stream writes them as they are. */
        ChangesEvent: {
            /** @description A `ChangesView`. */
            data: string;
            /** @enum {string} */
            event: "changes";
            /** @description The token of the changes. */
            id: string;
        } | {
            /** @description For a person. */
            data: string;
            /** @enum {string} */
            event: "end";
            /** @description What to send as `Last-Event-ID`. */
            id: string;
            /**
             * Format: int32
             * @description How soon to connect again, in milliseconds.
             */
            retry: number;
        };
        /** @description What to apply, in this order, and how to go on. */
        ChangesView: {
            changes: components["schemas"]["ChangeView"][];
            /** @description Whether there is more already. */
            more: boolean;
            /** @description Whether to forget first whatever you have. */
            reset: boolean;
            /** @description What to ask with once all of it is applied. */
            token: string;
        };
        /**
         * @description A kind of channels.
         * @example {
         *       "available": true,
         *       "kind": "webhook"
         *     }
         */
        ChannelKindView: {
            /** @description Whether it is set up here. */
            available: boolean;
            /** @enum {string} */
            kind: "slack" | "teams" | "email" | "webhook" | "push";
            /** @description What browsers subscribe with; of push alone. */
            push_key?: string;
        };
        ChannelName: string;
        /** @description Why a channel is off. */
        ChannelProblemView: {
            /** @enum {string} */
            code: "failing" | "gone" | "refused" | "secret_lost";
            /** @description The stable name of the text. */
            key: string;
            /** @description In the language that the settings had when it was switched off. */
            text: string;
        };
        ChannelTopics: ("nudges" | "summaries" | "achievements" | "risk" | "sync")[];
        ChannelUrl: string;
        /**
         * @description Where somebody is reached, and of what.
         * @example {
         *       "address": "hooks.example.org",
         *       "created_at": "2026-01-14T10:15:30.123456Z",
         *       "enabled": true,
         *       "events": [
         *         "nudges",
         *         "summaries",
         *         "achievements",
         *         "risk",
         *         "sync"
         *       ],
         *       "failing_since": null,
         *       "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a",
         *       "kind": "webhook",
         *       "name": "Home",
         *       "problem": null,
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
         *       "verified": true
         *     }
         */
        ChannelView: {
            /** @description As much of it as is shown: `a…@example.org`, or the host alone. */
            address: string;
            created_at: components["schemas"]["Timestamp"];
            enabled: boolean;
            events: components["schemas"]["ChannelTopics"];
            failing_since?: components["schemas"]["Timestamp"] | null;
            id: components["schemas"]["Id"];
            /** @enum {string} */
            kind: "slack" | "teams" | "email" | "webhook" | "push";
            name?: components["schemas"]["ChannelName"] | null;
            problem?: components["schemas"]["ChannelProblemView"] | null;
            user_id: components["schemas"]["Id"];
            /** @description Until then nothing goes there but what verifies it. */
            verified: boolean;
        };
        /** @description What of a companion does not change by itself as time passes. */
        CharacterView: {
            form: components["schemas"]["CompanionForm"];
            name?: components["schemas"]["CompanionName"] | null;
            palette?: components["schemas"]["CompanionPalette"] | null;
            stage: components["schemas"]["CompanionStage"];
            user_id: components["schemas"]["Id"];
        };
        CheckInNote: string;
        /**
         * @description How somebody felt on a date, as they see it.
         * @example {
         *       "at": "2026-01-14T09:30:00.000000Z",
         *       "date": "2026-01-14",
         *       "energy": 4,
         *       "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a",
         *       "note": "Slept well",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        CheckInView: {
            at: components["schemas"]["Timestamp"];
            /**
             * Format: date
             * @description For which date it is.
             */
            date: string;
            energy: components["schemas"]["From1To5"];
            id: components["schemas"]["Id"];
            note?: components["schemas"]["CheckInNote"] | null;
            user_id: components["schemas"]["Id"];
        };
        /** @enum {string} */
        CompanionForm: "seedling" | "focus" | "tasks" | "care" | "balance";
        /** @enum {string} */
        CompanionMood: "happy" | "calm" | "celebrating" | "hungry" | "thirsty" | "tired" | "worried" | "sad" | "sleeping";
        CompanionName: string;
        /** @enum {string} */
        CompanionPalette: "green" | "violet" | "orange" | "pink" | "blue";
        /** @enum {string} */
        CompanionStage: "egg" | "hatchling" | "child" | "teen" | "adult" | "elder";
        /** @description A companion as it is at an instant. */
        CompanionView: components["schemas"]["CharacterView"] & {
            as_of: components["schemas"]["Timestamp"];
            mood: components["schemas"]["CompanionMood"];
            needs: components["schemas"]["NeedsView"];
            says: components["schemas"]["SaysView"];
        };
        ConfirmationToken: string;
        /** @description One of the two edits that met. */
        ConflictingEdit: {
            at?: components["schemas"]["Timestamp"] | null;
            /** @enum {string} */
            side: "local" | "remote";
            /** @description As a task shows it; of `due`, an object of `due_on` and `due_time`, or null. */
            value: unknown;
        };
        /** @description How many tasks a connection has, and how they stand. */
        ConnectionCounts: {
            /**
             * Format: int32
             * @description Those of which nothing was restored.
             */
            conflicts: number;
            /** Format: int32 */
            failed: number;
            /** Format: int32 */
            linked: number;
            /** Format: int32 */
            waiting: number;
        };
        ConnectionName: string;
        /** @description What a person sets of a connection, and how it stands. */
        ConnectionView: {
            created_at: components["schemas"]["Timestamp"];
            /** @enum {string} */
            direction: "both" | "in" | "out";
            id: components["schemas"]["Id"];
            name: components["schemas"]["ConnectionName"];
            /** @enum {string} */
            priority: "high" | "normal" | "low";
            problem?: components["schemas"]["ProblemView"] | null;
            /** @enum {string} */
            provider: "github" | "todoist" | "microsoft_todo" | "caldav";
            /** @description By the service; see docs/API.md. */
            settings: Record<string, never>;
            /** @enum {string} */
            status: "pending" | "active" | "paused" | "needs_reauth" | "halted" | "failed";
            updated_at?: components["schemas"]["Timestamp"] | null;
            user_id: components["schemas"]["Id"];
        };
        /**
         * @description A channel to be made: with `url` for slack, teams and webhook, `address` for email, `subscription` for push.
         * @example {
         *       "events": [
         *         "nudges",
         *         "sync"
         *       ],
         *       "kind": "webhook",
         *       "name": "Home",
         *       "url": "https://hooks.example.org/avanochi",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        CreateChannelBody: {
            address?: components["schemas"]["EmailAddress"] | null;
            events?: components["schemas"]["ChannelTopics"] | null;
            /** @enum {string} */
            kind: "slack" | "teams" | "email" | "webhook" | "push";
            name?: components["schemas"]["ChannelName"] | null;
            subscription?: components["schemas"]["SubscriptionBody"] | null;
            url?: components["schemas"]["ChannelUrl"] | null;
            user_id?: components["schemas"]["Id"] | null;
        };
        /**
         * @description A connection to be made.
         * @example {
         *       "credential": {
         *         "token": "a token of yours"
         *       },
         *       "provider": "github",
         *       "settings": {
         *         "repositories": [
         *           "octo/app"
         *         ],
         *         "tag": "github"
         *       },
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        CreateConnectionBody: {
            /** @description `{"token"}`, or `{"username", "password"}` for caldav; without one you are asked for your consent at the service. */
            credential?: Record<string, never> | null;
            direction?: ("both" | "in" | "out") | null;
            name?: components["schemas"]["ConnectionName"] | null;
            priority?: ("high" | "normal" | "low") | null;
            /** @enum {string} */
            provider: "github" | "todoist" | "microsoft_todo" | "caldav";
            /** @description By the service; those that it does not have are refused. See docs/API.md. */
            settings?: Record<string, never>;
            user_id?: components["schemas"]["Id"] | null;
        };
        /**
         * @description Something that was drunk.
         * @example {
         *       "at": "2026-01-14T09:30:00Z",
         *       "ml": 250,
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        CreateDrinkBody: {
            /** @description When, with an offset or `Z`: at most 31 days ago. Now, when left out. */
            at?: components["schemas"]["Timestamp"];
            /** @description Millilitres. */
            ml: components["schemas"]["From50To1000"];
            user_id?: components["schemas"]["Id"] | null;
        };
        /**
         * @description A meal.
         * @example {
         *       "at": "2026-01-14T07:30:00Z",
         *       "kind": "breakfast",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        CreateMealBody: {
            /** @description When, with an offset or `Z`: at most 31 days ago. Now, when left out. */
            at?: components["schemas"]["Timestamp"];
            kind: components["schemas"]["MealKind"];
            user_id?: components["schemas"]["Id"] | null;
        };
        /**
         * @description A task to be created.
         * @example {
         *       "title": "Write the report",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        CreateTaskBody: {
            /**
             * Format: uuid
             * @description An id of your own choice: the same one again returns the task that it made.
             */
            client_id?: string | null;
            /**
             * Format: date
             * @description By the end of which date; null takes `due_time` away too.
             */
            due_on?: string | null;
            /** @description At which time of that date, `HH:MM` on the owner's clock; one that the clock passes over is the first that there is. */
            due_time?: string | null;
            /** Format: int32 */
            estimate_minutes?: number | null;
            notes?: components["schemas"]["Notes"] | null;
            /**
             * Format: date
             * @description On which date it is meant to be done.
             */
            planned_for?: string | null;
            priority?: components["schemas"]["TaskPriority"] | null;
            recurrence?: components["schemas"]["Recurrence"] | null;
            /** @description All of them, in order; they take the place of those that there are, of which those with a known `id` keep it. */
            subtasks?: components["schemas"]["SubtaskBody"][] | null;
            tags?: components["schemas"]["Tags"] | null;
            title: components["schemas"]["Title"];
            /** @description Whose it is: yourself, unless you are an administrator. */
            user_id: components["schemas"]["Id"];
        };
        /**
         * @description Dates off to be entered.
         * @example {
         *       "from": "2026-02-02",
         *       "kind": "vacation",
         *       "to": "2026-02-06",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        CreateTimeOffBody: {
            /**
             * Format: date
             * @description The first date, which may be past.
             */
            from: string;
            kind: components["schemas"]["TimeOffKind"];
            /**
             * Format: date
             * @description The last date, at most 365 days after the first.
             */
            to: string;
            user_id?: components["schemas"]["Id"] | null;
        };
        /**
         * @description A webhook to be made.
         * @example {
         *       "preset": "github"
         *     }
         */
        CreateWebhookBody: {
            /** @description How its deliveries are verified; that of the service, when left out. */
            preset?: ("github" | "todoist" | "msgraph" | "standard_webhooks" | "asana" | "discord" | "gitlab" | "google_channel" | "google_pubsub" | "hmac_sha512_anet" | "hook0" | "jira" | "linear" | "notion" | "shopify" | "slack" | "stripe" | "teams_outgoing" | "trello" | "twilio") | null;
            /**
             * @description What it signs with, when the sender makes that; else it is made here. For `discord` the public key, for `google_pubsub` the
             *     e-mail address of the account that signs.
             */
            secret?: string | null;
        };
        /** @enum {string} */
        CredentialKind: "token" | "basic" | "oauth";
        /**
         * @description What is kept of a credential, as far as it is shown.
         * @example {
         *       "account": "ann",
         *       "expires_at": "2026-03-02T17:00:00.000000Z",
         *       "kind": "oauth",
         *       "scopes": [
         *         "repo"
         *       ],
         *       "set_at": "2026-03-02T09:00:00.000000Z"
         *     }
         */
        CredentialView: {
            /** @description As whom the service knows us, once that is known. */
            account?: string | null;
            expires_at?: components["schemas"]["Timestamp"] | null;
            kind: components["schemas"]["CredentialKind"];
            /** @description What we may do there, where the service says so. */
            scopes: string[];
            /** @description When it was given. */
            set_at: components["schemas"]["Timestamp"];
        };
        /** @description Up to 12:00 */
        DayStart: string;
        /** @description What a user did on one date. */
        DayView: {
            /**
             * Format: int32
             * @description Tasks that were completed on it and still are.
             */
            completed_tasks: number;
            /**
             * Format: int32
             * @description Tasks that were created on it and still exist.
             */
            created_tasks: number;
            /** Format: date */
            date: string;
            first_activity?: components["schemas"]["Timestamp"] | null;
            /**
             * @description The same by the hour that the clock on the wall showed, from midnight on, in seconds. The clock may show an hour
             *     twice, so that it has up to 7200.
             */
            focus_by_hour: number[];
            /**
             * Format: double
             * @description The time worked on it in sessions that have ended.
             */
            focus_seconds: number;
            last_activity?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int32
             * @description Sessions that ended on it.
             */
            sessions: number;
        };
        /** @description What a user did on each of some dates. */
        DaysView: {
            /** @description The dates on which anything happened, ascending. */
            days: components["schemas"]["DayView"][];
            /** Format: date */
            from: string;
            /** @description Where the user is now; a date is the one that it was where the user was then. */
            time_zone: string;
            /** Format: date */
            to: string;
            user_id: components["schemas"]["Id"];
        };
        /** @description How it came to one channel. In the state `unknown` it is not known whether it arrived, and it is not sent again. */
        DeliveryView: {
            /** @description Since when it stands so, or when it was last tried. */
            at: components["schemas"]["Timestamp"];
            /** Format: int32 */
            attempts: number;
            channel_id: components["schemas"]["Id"];
            /** @enum {string} */
            kind: "slack" | "teams" | "email" | "webhook" | "push";
            /**
             * @description Why it was skipped: `quiet_hours`, `busy`, `time_off`, `budget`, `unverified`, `off`; or what went wrong the last time, such
             *     as `http_500`, `unreachable`, `no_answer`, `address_not_allowed`, `gone`.
             */
            reason?: string | null;
            /** @enum {string} */
            state: "waiting" | "sent" | "unknown" | "failed" | "skipped";
        };
        /** @description 1 to 64 characters after trimming, none of them a control character */
        DisplayName: string;
        /**
         * @description Something that was drunk, as callers see it.
         * @example {
         *       "at": "2026-01-14T09:30:00.000000Z",
         *       "date": "2026-01-14",
         *       "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a",
         *       "ml": 250,
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        DrinkView: {
            at: components["schemas"]["Timestamp"];
            /**
             * Format: date
             * @description For which date it counts.
             */
            date: string;
            id: components["schemas"]["Id"];
            ml: components["schemas"]["From50To1000"];
            user_id: components["schemas"]["Id"];
        };
        /** @description What a user has earned. */
        EarnedView: {
            /** @description When each was earned, by its id. */
            earned: {
                [key: string]: components["schemas"]["Timestamp"];
            };
            user_id: components["schemas"]["Id"];
        };
        /** @description A correction. */
        EditView: {
            at: components["schemas"]["Timestamp"];
            /** @description Whose: the owner's or an administrator's. */
            by: components["schemas"]["Id"];
            former: components["schemas"]["FormerView"];
        };
        EmailAddress: string;
        /** @enum {string} */
        EndedBy: "user" | "sweep";
        /**
         * @description How you feel.
         * @example {
         *       "energy": 4,
         *       "note": "Slept well",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        EnterCheckInBody: {
            /** @description When, with an offset or `Z`: at most 31 days ago. Now, when left out. */
            at?: components["schemas"]["Timestamp"];
            /** @description From none to plenty. */
            energy: components["schemas"]["From1To5"];
            note?: components["schemas"]["CheckInNote"] | null;
            user_id?: components["schemas"]["Id"] | null;
        };
        /** @description What was granted, or taken back. */
        EntryView: {
            at: components["schemas"]["Timestamp"];
            /**
             * Format: date
             * @description The date that it is for.
             */
            date: string;
            id: components["schemas"]["Id"];
            reason: components["schemas"]["Reason"];
            reverses?: components["schemas"]["Id"] | null;
            source: components["schemas"]["Source"];
            user_id: components["schemas"]["Id"];
            /**
             * Format: int64
             * @description Less than nothing where an entry is taken back.
             */
            xp: number;
        };
        /** @description The body of every answer that is not a success. */
        ErrorBody: {
            /** @description Stable, for programs. */
            code: string;
            /** @description A sentence for a person. */
            error: string;
            /** @description The field of the body that is at fault, if one is; a nested one by its path, such as `work_hours.end`. */
            field?: string;
            /** @description Which operation is at fault, of several that were to be done together; the first is 0. */
            index?: number;
            /** @description The id under which the log knows this request. */
            request_id: string;
            /** @description How what was asked of stands, where that forbids it. */
            status?: string;
        };
        /** @description A place outside where the task is kept equal, as callers see it. */
        External: {
            /**
             * Format: uuid
             * @description By which connection.
             */
            connection_id: string;
            /** @description The service, such as `todoist`. */
            provider: string;
            state?: components["schemas"]["State"] | null;
            /** @description Where people see it there; null where there is no such address. */
            url?: string | null;
        };
        /** @description Something that the API answers elsewhere. */
        Fact: {
            key: string;
            /** @description How the text has it. */
            shown: string;
            /** @description A GET of this API, with a JSON pointer to the value after `#`. */
            source: string;
            unit: string;
            value: number | string;
        };
        /** @description What adds to the risk. */
        FactorView: {
            id: string;
            /**
             * Format: double
             * @description What it adds. Null where it is not known.
             */
            points?: number | null;
            /** @description In the language of the settings. */
            text: string;
            /**
             * Format: double
             * @description Null where it is not known.
             */
            value?: number | null;
        };
        /** @description A companion that was fed. */
        FedView: components["schemas"]["CompanionView"] & {
            /** @description The meal that was entered. Deleting it takes it back. */
            logged: components["schemas"]["MealView"];
        };
        /**
         * @description What your companion, and you, eat.
         * @example {
         *       "kind": "snack"
         *     }
         */
        FeedCompanionBody: {
            kind?: components["schemas"]["MealKind"] | null;
        };
        /** @description Figures of tasks. */
        FiguresView: {
            /**
             * Format: double
             * @description Of the same, where both are known: the median of the time spent by the estimate, in four decimals.
             */
            actual_to_estimate?: number | null;
            /**
             * Format: int64
             * @description Last carried over to one of the dates.
             */
            carried_over: number;
            /**
             * Format: int64
             * @description Completed within the dates.
             */
            completed: number;
            /**
             * Format: int64
             * @description Created within the dates, and existing.
             */
            created: number;
            /**
             * Format: int64
             * @description Of those that were completed within the dates.
             */
            estimated_minutes: number;
            /**
             * Format: int64
             * @description Due within the dates, and open beyond that or completed on a later date.
             */
            overdue: number;
            /**
             * Format: int64
             * @description Of the same, in whole minutes.
             */
            spent_minutes: number;
        };
        /** @description Lengths in minutes of work, of the rest after it, and of the one after `every` of them. */
        Focus: {
            every: components["schemas"]["From2To8"];
            long_rest: components["schemas"]["From5To60"];
            rest: components["schemas"]["From1To30"];
            work: components["schemas"]["From5To90"];
        };
        /**
         * @description By what a forecast is made.
         * @enum {string}
         */
        ForecastModel: "seasonal_naive" | "weekday_mean" | "ets" | "damped" | "mean";
        /**
         * @description What is forecast.
         * @enum {string}
         */
        ForecastTarget: "hours" | "tasks" | "week_hours" | "week_score";
        /** @description What is to be expected. */
        ForecastView: {
            /**
             * Format: double
             * @description That of the last week, which is served where nothing was better.
             */
            baseline_mase?: number | null;
            /**
             * Format: date
             * @description A date, or the first one of a week.
             */
            for: string;
            /** Format: double */
            high: number;
            /**
             * Format: double
             * @description Four of five fall between this and `high`.
             */
            low: number;
            /**
             * Format: double
             * @description The mean error, in units of what one week says of the next. Null where it could not be tried often enough.
             */
            mase?: number | null;
            model: components["schemas"]["ForecastModel"];
            /** @description How often both were tried. */
            n: number;
            target: components["schemas"]["ForecastTarget"];
            /** Format: double */
            value: number;
        };
        /** @description What was there before a correction; what it left alone is missing. */
        FormerView: {
            end_time?: components["schemas"]["Timestamp"];
            note?: components["schemas"]["Note"] | null;
            /** @description All that were shown. */
            pauses?: components["schemas"]["PauseView"][];
            start_time?: components["schemas"]["Timestamp"];
        };
        From1To30: number;
        From1To366: number;
        From1To5: number;
        From1To50: number;
        From20To90: number;
        From25To240: number;
        From2To8: number;
        From500To4000: number;
        From50To1000: number;
        From5To240: number;
        From5To60: number;
        From5To90: number;
        From60To720: number;
        From60To900: number;
        /**
         * @description A connection with its credential, as far as that is shown, and what runs change of it.
         * @example {
         *       "counts": {
         *         "conflicts": 1,
         *         "failed": 0,
         *         "linked": 12,
         *         "waiting": 0
         *       },
         *       "created_at": "2026-01-14T10:15:30.123456Z",
         *       "credential": {
         *         "account": "ann",
         *         "expires_at": null,
         *         "kind": "token",
         *         "scopes": [],
         *         "set_at": "2026-01-14T10:15:30.123456Z"
         *       },
         *       "direction": "both",
         *       "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a",
         *       "last_run": null,
         *       "name": "Work",
         *       "next_run": "2026-01-14T14:15:32.123456Z",
         *       "priority": "normal",
         *       "problem": null,
         *       "provider": "github",
         *       "settings": {
         *         "assigned": "anyone",
         *         "new_in": null,
         *         "outgoing": "none",
         *         "repositories": [
         *           "octo/app"
         *         ],
         *         "tag": "github"
         *       },
         *       "status": "active",
         *       "updated_at": "2026-01-14T10:15:32.123456Z",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        FullConnectionView: components["schemas"]["ConnectionView"] & {
            /** @description Where to ask for the address at which you consent, while that is wanted. */
            authorize_url?: string;
            counts: components["schemas"]["ConnectionCounts"];
            credential?: components["schemas"]["CredentialView"] | null;
            last_run?: components["schemas"]["SyncRunView"] | null;
            next_run?: components["schemas"]["Timestamp"] | null;
        };
        /** @description What is meant to be reached on a date. */
        Goals: {
            /** @default 120 */
            focus_minutes: components["schemas"]["From25To240"];
            /**
             * @description Tasks completed.
             * @default 3
             */
            tasks: components["schemas"]["From1To50"];
        };
        GoalsPatch: {
            focus_minutes?: components["schemas"]["From25To240"] | null;
            tasks?: components["schemas"]["From1To50"] | null;
        };
        /** @description How far each goal is reached, 0 to 1. */
        GoalsView: {
            /**
             * Format: double
             * @description Of the breaks that fell due, how many were taken in time.
             */
            breaks: number;
            /** Format: double */
            focus: number;
            /** Format: double */
            hydration: number;
            /** Format: double */
            lunch: number;
            /** Format: double */
            tasks: number;
        };
        /** @description Habits as callers see them. */
        HabitsView: {
            user_id: components["schemas"]["Id"];
            /** @description The days of the week on which the user works, Monday first. */
            weekdays: components["schemas"]["Usual"][];
        };
        HealthView: {
            /**
             * @description Who counts the requests to connected services: `local`, `redis`, or `degraded` while Redis does not answer and each
             *     instance goes on with its share.
             */
            limits: string;
            /** @description Always `ok`: whoever is not does not answer 200. */
            status: string;
            /** @description `embedded` or `cosmos`. */
            store: string;
            version: string;
        };
        /** @description Work of the date, with that of the session under way. */
        HoursView: {
            /**
             * Format: int32
             * @description Beyond this it is too much.
             */
            overload_minutes: number;
            /** Format: int32 */
            target_minutes: number;
            /** Format: int64 */
            worked_minutes: number;
        };
        /** @description What was drunk, in millilitres. */
        HydrationView: {
            /**
             * Format: int32
             * @description What lacks to drink evenly within the hours of work. 0 where no work is expected.
             */
            behind_ml: number;
            /** Format: int32 */
            goal_ml: number;
            /** Format: int32 */
            ml: number;
            /** @description There when more than a litre was drunk within an hour, less than an hour ago. */
            warning?: components["schemas"]["TextView"];
        };
        /** Format: uuid */
        Id: string;
        IntegrationAbilities: {
            conditional_writes: boolean;
            create: boolean;
            /** @description Where not, what is deleted here is closed there. */
            delete: boolean;
            webhooks: boolean;
        };
        IntegrationNoteView: {
            key: string;
            text: string;
        };
        IntegrationSettingView: {
            /** @description What holds where it is left out. */
            default?: string | null;
            name: string;
            required: boolean;
            type: string;
        };
        /**
         * @description A service that can be connected.
         * @example {
         *       "auth": [
         *         "basic"
         *       ],
         *       "available": true,
         *       "can": {
         *         "conditional_writes": true,
         *         "create": true,
         *         "delete": true,
         *         "webhooks": false
         *       },
         *       "fields": [
         *         "title",
         *         "notes",
         *         "due",
         *         "completed"
         *       ],
         *       "name": "CalDAV",
         *       "note": null,
         *       "provider": "caldav",
         *       "settings": [
         *         {
         *           "default": null,
         *           "name": "url",
         *           "required": true,
         *           "type": "address"
         *         }
         *       ]
         *     }
         */
        IntegrationView: {
            /** @description By what right it lets us in, as far as that is set up here. */
            auth: string[];
            /** @description Whether it can be connected here. */
            available: boolean;
            can: components["schemas"]["IntegrationAbilities"];
            /** @description Of a task, what is kept equal there. */
            fields: string[];
            name: string;
            note?: components["schemas"]["IntegrationNoteView"] | null;
            /** @enum {string} */
            provider: "github" | "todoist" | "microsoft_todo" | "caldav";
            settings: components["schemas"]["IntegrationSettingView"][];
        };
        /** @enum {string} */
        LabourRules: "none" | "eu_base" | "de" | "be";
        /** @description How the work stands to one rule. */
        LabourView: {
            detail: components["schemas"]["TextView"];
            rule: string;
            /** @description What the rule was taken from. */
            source: string;
            /**
             * Format: date
             * @description Of when that is.
             */
            source_date: string;
            state: string;
        };
        /** @enum {string} */
        Language: "en" | "es";
        /** @description How far a user has come. */
        LevelView: {
            /**
             * Format: int32
             * @description The highest that was ever reached, from 1 on.
             */
            level: number;
            user_id: components["schemas"]["Id"];
            /**
             * Format: int64
             * @description The sum of all entries of the ledger.
             */
            xp: number;
            /**
             * Format: int64
             * @description How much of the level is done.
             */
            xp_into_level: number;
            /**
             * Format: int64
             * @description How much the level takes.
             */
            xp_to_next: number;
        };
        /** @description Name and password. */
        LoginBody: {
            password: string;
            username: string;
        };
        /** @description From one time to a later one. */
        Lunch: {
            from: components["schemas"]["TimeOfDay"];
            to: components["schemas"]["TimeOfDay"];
        };
        /** @description Whether lunch is due. */
        LunchView: {
            due: boolean;
            had: boolean;
        };
        /** @description A channel that was made. */
        MadeChannelView: components["schemas"]["ChannelView"] & {
            /** @description What the messages of a webhook are signed with: shown here, once, and never again. */
            secret?: string;
        };
        /** @enum {string} */
        MealKind: "breakfast" | "lunch" | "dinner" | "snack";
        /**
         * @description A meal, as callers see it.
         * @example {
         *       "at": "2026-01-14T07:30:00.000000Z",
         *       "date": "2026-01-14",
         *       "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a",
         *       "kind": "breakfast",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        MealView: {
            at: components["schemas"]["Timestamp"];
            /**
             * Format: date
             * @description For which date it counts.
             */
            date: string;
            id: components["schemas"]["Id"];
            kind: components["schemas"]["MealKind"];
            user_id: components["schemas"]["Id"];
        };
        /**
         * @description One figure.
         * @example {
         *       "key": "hours_worked",
         *       "unit": "h",
         *       "value": 32.5
         *     }
         */
        MetricView: {
            key: string;
            unit: string;
            /** @description Null where there is nothing to say; a time of day as HH:MM */
            value?: number | string | null;
        };
        /** @description How a user works, in figures of some dates. */
        MetricsView: {
            /** Format: date */
            from: string;
            /** @description Always the same ones in the same order. */
            metrics: components["schemas"]["MetricView"][];
            /** @description Where the user is now. */
            time_zone: string;
            /** Format: date */
            to: string;
            user_id: components["schemas"]["Id"];
        };
        /**
         * @description When something was done that could not be said then.
         * @example {
         *       "at": "2026-01-14T11:15:00Z"
         *     }
         */
        MomentBody: {
            /** @description With an offset or `Z`: at most 24 hours ago, and not before what it follows. Now, when left out. */
            at?: components["schemas"]["Timestamp"];
        };
        /** @description A day or a week in words: each number in them is a fact that this API answers elsewhere. */
        NarrativeView: components["schemas"]["Story"] & {
            /** @description That of the settings. */
            language: components["schemas"]["Language"];
            /** @enum {string} */
            written_by: "rules" | "model";
        };
        /** @description How well off it is, 0 to 100 each. */
        NeedsView: {
            /** Format: int32 */
            energy: number;
            /** Format: int32 */
            happiness: number;
            /** Format: int32 */
            hydration: number;
        };
        /** @description That there is no rest under way. */
        NoActiveRest: {
            /** @description Always false. */
            active: boolean;
        };
        /** @description That no session is under way. */
        NoActiveWorkSession: {
            /** @description Always false. */
            active: boolean;
        };
        Note: string;
        Notes: string;
        /**
         * @description Something that you were told, or would have been.
         * @example {
         *       "created_at": "2026-01-14T09:50:00.000000Z",
         *       "deliveries": [
         *         {
         *           "at": "2026-01-14T09:50:01.000000Z",
         *           "attempts": 1,
         *           "channel_id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a",
         *           "kind": "webhook",
         *           "reason": null,
         *           "state": "sent"
         *         }
         *       ],
         *       "event": "nudge.created",
         *       "id": "5f0c8a52-7a7c-5d5c-9a53-0f5ec2f4a7e1",
         *       "key": "nudge_break_due",
         *       "text": "You have worked for 50 minutes. Take a break of five minutes or more."
         *     }
         */
        NotificationView: {
            created_at: components["schemas"]["Timestamp"];
            deliveries: components["schemas"]["DeliveryView"][];
            /** @enum {string} */
            event: "nudge.created" | "achievement.earned" | "summary.daily" | "summary.weekly" | "risk.raised" | "sync.attention" | "channel.test" | "channel.verify";
            /** @description The same whenever it is tried again, by which a repetition is recognised: `webhook-id` of a webhook. */
            id: components["schemas"]["Id"];
            /** @description The stable name of the text. */
            key: string;
            /** @description In the language that the settings had when it was decided. */
            text: string;
        };
        /** @enum {string} */
        NudgeAction: "done" | "dismiss" | "snooze";
        /**
         * @description A reminder.
         * @example {
         *       "created_at": "2026-01-14T09:50:00.000000Z",
         *       "evidence": {
         *         "continuous_minutes": 50
         *       },
         *       "id": "0193c7a8-a2b3-7c4d-9e5f-6a7b8c9d0e1f",
         *       "key": "nudge_break_due",
         *       "kind": "break_due",
         *       "state": "new",
         *       "text": "You have worked for 50 minutes. Take a break of five minutes or more.",
         *       "until": null,
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        NudgeView: {
            created_at: components["schemas"]["Timestamp"];
            /** @description What it was made of, by its kind. */
            evidence: Record<string, never>;
            id: string;
            /** @description The stable name of the text. */
            key: string;
            kind: string;
            state: string;
            /** @description In the language that the settings had when it was made. */
            text: string;
            until?: components["schemas"]["Timestamp"] | null;
            user_id: components["schemas"]["Id"];
        };
        /**
         * @description What happened to a resource.
         * @enum {string}
         */
        Op: "upsert" | "delete";
        /** @description A recommendation that holds. */
        OpenRecommendation: {
            id: string;
            rule: string;
        };
        /**
         * @description One of several operations. What it asks of each is what the call for a single task asks.
         * @example {
         *       "op": "create",
         *       "title": "Write the report"
         *     }
         */
        OperationBody: {
            /**
             * Format: uuid
             * @description For `create`: an id of your own choice.
             */
            client_id?: string | null;
            /** @description For `complete`: whether all steps are completed too. */
            complete_subtasks?: boolean;
            /** @description For `complete`: when that was. */
            completed_at?: components["schemas"]["Timestamp"];
            /**
             * Format: date
             * @description By the end of which date; null takes `due_time` away too.
             */
            due_on?: string | null;
            /** @description At which time of that date, `HH:MM` on the owner's clock; one that the clock passes over is the first that there is. */
            due_time?: string | null;
            /** Format: int32 */
            estimate_minutes?: number | null;
            id?: components["schemas"]["Id"] | null;
            /** @description The `ETag` of the version that you read, or several with commas between. */
            if_match?: string | null;
            notes?: components["schemas"]["Notes"] | null;
            op: components["schemas"]["TaskOperation"];
            /** @description For `delete`: whether it is gone at once. */
            permanent?: boolean;
            /**
             * Format: date
             * @description On which date it is meant to be done.
             */
            planned_for?: string | null;
            priority?: components["schemas"]["TaskPriority"] | null;
            recurrence?: components["schemas"]["Recurrence"] | null;
            /**
             * Format: int32
             * @description For `update`: all the time that was spent on it.
             */
            spent_seconds?: number;
            /** @description All of them, in order; they take the place of those that there are, of which those with a known `id` keep it. */
            subtasks?: components["schemas"]["SubtaskBody"][] | null;
            tags?: components["schemas"]["Tags"] | null;
            /** @description Required by `create`. */
            title?: components["schemas"]["Title"];
        };
        /** @description How one of several operations ended. */
        OperationResult: {
            code?: string;
            /** @description A sentence for a person, when it failed. */
            error?: string;
            field?: string;
            /**
             * Format: int32
             * @description What the call for a single task would have answered.
             */
            status: number;
            /** @description Left out when there is none. */
            task?: components["schemas"]["TaskView"];
        };
        /** @description The risk as it is expected to be. */
        OutlookView: {
            /** @description What it is made by: `last_week` where that was less wrong than to say that the risk stays as it is. */
            basis: string;
            /** Format: date */
            date: string;
            /** @enum {string} */
            level: "insufficient_data" | "low" | "watch" | "elevated" | "high";
            /**
             * Format: double
             * @description How likely the score is 50 or more, by how wrong such outlooks were. Null where there were too few.
             */
            likely_elevated?: number | null;
            /** Format: int32 */
            score?: number | null;
        };
        Paragraph: {
            facts: components["schemas"]["Fact"][];
            text: string;
        };
        /** @description The risk at the end of a date. */
        PastView: {
            /** Format: date */
            date: string;
            /** @enum {string} */
            level: "insufficient_data" | "low" | "watch" | "elevated" | "high";
            /** Format: int32 */
            score?: number | null;
        };
        /** @description An interruption, as it is shown. */
        PauseBody: {
            /** @description With an offset or `Z`. */
            from: components["schemas"]["Timestamp"];
            to?: components["schemas"]["Timestamp"] | null;
        };
        /** @description An interruption. */
        PauseView: {
            from: components["schemas"]["Timestamp"];
            to?: components["schemas"]["Timestamp"] | null;
        };
        /** @description How near you are to overload, and what the coming days look like. A hint and no diagnosis, for your eyes alone. */
        PredictionsView: {
            /**
             * Format: date
             * @description The last date that is over: what came after it has no part in this.
             */
            as_of: string;
            /** @description Of hours and tasks, of each of the next 7 dates that is not off; of the hours of the next week, and of the score at its end. */
            forecasts: components["schemas"]["ForecastView"][];
            risk: components["schemas"]["RiskView"];
            user_id: components["schemas"]["Id"];
        };
        /**
         * @description Whether somebody is to be left alone.
         * @example {
         *       "busy_until": "2026-01-14T11:00:00.000000Z",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        PresenceView: {
            busy_until?: components["schemas"]["Timestamp"] | null;
            user_id: components["schemas"]["Id"];
        };
        PriorityFigures: components["schemas"]["FiguresView"] & {
            priority: components["schemas"]["TaskPriority"];
        };
        /** @description What is wrong. */
        ProblemView: {
            /** @enum {string} */
            code: "wrong_credential" | "forbidden" | "unreachable" | "not_found" | "choose_list" | "mass_deletion" | "oscillating" | "throttled" | "rejected" | "app_misconfigured";
            /**
             * Format: int32
             * @description How many items are missing, where it is that; and of how many.
             */
            gone?: number;
            /** @description The stable name of the text. */
            key: string;
            /** Format: int32 */
            of?: number;
            /** @description In the language that the settings had when it went wrong. */
            text: string;
        };
        /** @description How a user stands. */
        ProgressView: components["schemas"]["LevelView"] & {
            streak: components["schemas"]["StreakView"];
            today: components["schemas"]["TodayView"];
        };
        /** @description From one time until before another, over midnight when that is earlier. */
        QuietHours: {
            from: components["schemas"]["TimeOfDay"];
            to: components["schemas"]["TimeOfDay"];
        };
        /**
         * @description Why experience was granted.
         * @enum {string}
         */
        Reason: "tasks" | "focus" | "hydration" | "lunch" | "breaks" | "first_task" | "first_session" | "first_water";
        /** @enum {string} */
        RecommendationAnswer: "done" | "dismiss";
        /**
         * @description What to do now.
         * @example {
         *       "action": {
         *         "body": {
         *           "ml": 250
         *         },
         *         "method": "POST",
         *         "path": "/api/hydration"
         *       },
         *       "evidence": {
         *         "ml": 300
         *       },
         *       "id": "drink_water:2026-01-14",
         *       "key": "recommend_drink_water",
         *       "rule": "drink_water",
         *       "text": "You are 300 ml behind what you planned to drink. Have a glass of water."
         *     }
         */
        RecommendationView: {
            action?: components["schemas"]["RecommendedAction"] | null;
            /** @description What it follows from, by name. */
            evidence: Record<string, never>;
            /** @description The rule and the date on which it began to hold. */
            id: string;
            /** @description The stable name of the text. */
            key: string;
            rule: string;
            /** @description In the language of the settings. */
            text: string;
        };
        /** @description Which recommendations hold, as far as that was asked, and which were answered. What they say follows from the present. */
        RecommendationsView: {
            answered: components["schemas"]["AnsweredView"][];
            open: components["schemas"]["OpenRecommendation"][];
            user_id: components["schemas"]["Id"];
        };
        /** @description A call of this API that does it. */
        RecommendedAction: {
            /** @description Null where there is none, or only you can say what belongs into it. */
            body?: Record<string, never> | null;
            method: string;
            path: string;
        };
        /**
         * @description A rest that is over.
         * @example {
         *       "end_time": "2026-01-14T09:15:00Z",
         *       "kind": "long",
         *       "start_time": "2026-01-14T09:00:00Z",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        RecordRestBody: {
            /** @description With an offset or `Z`; after the start, at most 4 hours after it, and not in the future. */
            end_time: components["schemas"]["Timestamp"];
            kind: components["schemas"]["RestKind"];
            /** @description With an offset or `Z`; at most 31 days ago. */
            start_time: components["schemas"]["Timestamp"];
            user_id?: components["schemas"]["Id"] | null;
        };
        /**
         * @description A session that is over.
         * @example {
         *       "end_time": "2026-01-14T11:30:00+01:00",
         *       "note": "Planning",
         *       "start_time": "2026-01-14T09:00:00Z",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        RecordWorkSessionBody: {
            /** @description With an offset or `Z`; after the start, at most 24 hours after it, and not in the future. */
            end_time: components["schemas"]["Timestamp"];
            note?: components["schemas"]["Note"] | null;
            /** @description With an offset or `Z`, not before 2000. */
            start_time: components["schemas"]["Timestamp"];
            /** @description Yourself, unless you are an administrator. */
            user_id: components["schemas"]["Id"];
        };
        /**
         * @description How a task comes again. It is kept and shown as it is sent, and what is sent is held to all its rules.
         * @example {
         *       "every": 2,
         *       "unit": "week",
         *       "weekdays": [
         *         "mon",
         *         "thu"
         *       ]
         *     }
         */
        Recurrence: {
            /** @description From where the next date is counted; `schedule`, when left out. */
            anchor?: components["schemas"]["RecurrenceAnchor"];
            every: components["schemas"]["From1To366"];
            unit: components["schemas"]["RecurrenceUnit"];
            /**
             * Format: date
             * @description The last date on which it may come.
             */
            until?: string | null;
            weekdays?: components["schemas"]["Weekdays"] | null;
        };
        /** @enum {string} */
        RecurrenceAnchor: "schedule" | "completion";
        /** @enum {string} */
        RecurrenceUnit: "day" | "week" | "month" | "year";
        /** @description A refresh token, unless it is in the cookie. */
        RefreshBody: {
            /** @description Left out: that of the cookie, from a page of this site or a listed origin. */
            refresh_token?: string | null;
        };
        /** @description Name and password of a new account. */
        RegisterBody: {
            /** @description Neither the username nor one of the commonest passwords. */
            password: string;
            /** @description 1 to 64 characters after trimming: none of them invisible or a control character, and the letters of one script. */
            username: string;
        };
        /** @description What the user is reminded of. */
        Reminders: {
            /** @default true */
            breaks: boolean;
            /** @default true */
            check_in: boolean;
            /** @default true */
            hydration: boolean;
            /** @default true */
            meals: boolean;
            /** @default true */
            sessions: boolean;
            /** @default true */
            tasks: boolean;
        };
        RemindersPatch: {
            breaks?: boolean | null;
            check_in?: boolean | null;
            hydration?: boolean | null;
            meals?: boolean | null;
            sessions?: boolean | null;
            tasks?: boolean | null;
        };
        /**
         * @description A place at the service that can be chosen.
         * @example {
         *       "id": "https://dav.example.org/ann/tasks/",
         *       "name": "Tasks"
         *     }
         */
        RemoteListView: {
            id: string;
            name: string;
        };
        /** @enum {string} */
        RestKind: "micro" | "short" | "long" | "lunch";
        /**
         * @description A rest as callers see it.
         * @example {
         *       "date": "2026-01-14",
         *       "end_time": "2026-01-14T09:15:00.000000Z",
         *       "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a",
         *       "kind": "long",
         *       "minutes": 15,
         *       "needs_review": false,
         *       "start_time": "2026-01-14T09:00:00.000000Z",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        RestView: {
            /**
             * Format: date
             * @description The date on which it began.
             */
            date: string;
            end_time?: components["schemas"]["Timestamp"] | null;
            id: components["schemas"]["Id"];
            kind: components["schemas"]["RestKind"];
            /**
             * Format: double
             * @description Rounded to two decimals.
             */
            minutes?: number | null;
            /** @description Whether its end was guessed, since it had been forgotten. */
            needs_review: boolean;
            start_time: components["schemas"]["Timestamp"];
            user_id: components["schemas"]["Id"];
        };
        /** @description A conflict whose lost value is an edit again, and the task as it is now. */
        RestoredConflictView: {
            conflict: components["schemas"]["SyncConflictView"];
            task: components["schemas"]["TaskView"];
        };
        /**
         * @description What is to become of the tasks whose items are missing at the service.
         * @example {
         *       "missing": "recreate"
         *     }
         */
        ResumeConnectionBody: {
            /** @description `delete` puts them into the trash, `recreate` makes the items again. Needed where the connection is halted. */
            missing?: ("delete" | "recreate") | null;
        };
        /** @description The risk of overload. */
        RiskView: {
            /**
             * Format: double
             * @description Below 0.5 there is no level.
             */
            confidence: number;
            factors: components["schemas"]["FactorView"][];
            /**
             * Format: int32
             * @description The score is at least this.
             */
            floor: number;
            /** @description The newest last; the last is that of `as_of`. */
            history: components["schemas"]["PastView"][];
            in_7_days: components["schemas"]["OutlookView"];
            /** @enum {string} */
            level: "insufficient_data" | "low" | "watch" | "elevated" | "high";
            /**
             * Format: double
             * @description The sum of the points.
             */
            raw?: number | null;
            /**
             * Format: int32
             * @description What the factors come to in whole numbers, or the floor where that is more. Null where nothing is known.
             */
            score?: number | null;
        };
        /** @description What it says in the language of the settings, and the key of it. */
        SaysView: {
            key: string;
            text: string;
        };
        /**
         * @description What messages are signed with from now on; the channel for a repetition, to which that is not told.
         * @example {
         *       "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
         *     }
         */
        SecretView: {
            secret: string;
        } | components["schemas"]["ChannelView"];
        Sentence: string;
        /** @description A token, to be sent as `Authorization: Bearer`, and what renews it. */
        SessionView: {
            /**
             * Format: int64
             * @description Seconds.
             */
            expires_in: number;
            /**
             * Format: int64
             * @description Seconds.
             */
            refresh_expires_in: number;
            /** @description Good once, within 30 days of its predecessor and 90 of the login. */
            refresh_token: string;
            token: string;
            token_type: string;
            /** Format: uuid */
            user_id: string;
        };
        /** @description All settings of a user. */
        Settings: {
            /**
             * @description After how many minutes of work a break is due.
             * @default 50
             */
            break_after_minutes: components["schemas"]["From20To90"];
            /**
             * @description When open tasks that were planned for earlier dates are planned for the present one.
             * @default weekly
             */
            carry_over: components["schemas"]["CarryOver"];
            /**
             * @description When a date begins, up to 12:00: what is done before belongs to the date before.
             * @default 00:00
             */
            day_start: components["schemas"]["DayStart"];
            /**
             * @description How long work is meant to last on a date.
             * @default 480
             */
            day_target_minutes: components["schemas"]["From60To720"];
            /** @default null */
            focus: components["schemas"]["Focus"] | null;
            /**
             * @default {
             *       "focus_minutes": 120,
             *       "tasks": 3
             *     }
             */
            goals: components["schemas"]["Goals"];
            /**
             * @description Millilitres a date.
             * @default 1800
             */
            hydration_goal_ml: components["schemas"]["From500To4000"];
            /**
             * @description Which rules on working time are watched.
             * @default none
             */
            labour_rules: components["schemas"]["LabourRules"];
            /**
             * @description Of the texts that are made for the user; errors stay English.
             * @default en
             */
            language: components["schemas"]["Language"];
            /**
             * @description When lunch is to be had.
             * @default {
             *       "from": "12:00",
             *       "to": "14:30"
             *     }
             */
            lunch: components["schemas"]["Lunch"];
            /**
             * @description Whether what is said to the assistant and not understood may go to a model host, if there is one.
             * @default false
             */
            model_reads_sentences: boolean;
            /**
             * @description From when on a date is one of too much work.
             * @default 510
             */
            overload_minutes: components["schemas"]["From60To900"];
            /** @default null */
            quiet_hours: components["schemas"]["QuietHours"] | null;
            /**
             * @default {
             *       "breaks": true,
             *       "check_in": true,
             *       "hydration": true,
             *       "meals": true,
             *       "sessions": true,
             *       "tasks": true
             *     }
             */
            reminders: components["schemas"]["Reminders"];
            /**
             * @default {
             *       "at": "18:30",
             *       "daily": false,
             *       "weekly": false
             *     }
             */
            summaries: components["schemas"]["Summaries"];
            /** @default monday */
            week_start: components["schemas"]["WeekStart"];
            /**
             * @description The days of the week on which work is expected, from Monday on.
             * @default [
             *       "mon",
             *       "tue",
             *       "wed",
             *       "thu",
             *       "fri"
             *     ]
             */
            work_days: components["schemas"]["Weekdays"];
            /**
             * @description When work is expected; over midnight when it ends earlier than it starts.
             * @default {
             *       "end": "18:00",
             *       "start": "09:00"
             *     }
             */
            work_hours: components["schemas"]["WorkHours"];
        };
        /** @description A user's settings, those that were never changed included. */
        SettingsView: components["schemas"]["Settings"] & {
            updated_at?: components["schemas"]["Timestamp"] | null;
            user_id: components["schemas"]["Id"];
        };
        /**
         * @description A link that shows your companion to whoever has it.
         * @example {
         *       "token": "AZPHqFtufS-KGwydjn9qWwZ4bCqe0S0x3lJ7Yp1mTkc",
         *       "url": "/api/companion.svg?token=AZPHqFtufS-KGwydjn9qWwZ4bCqe0S0x3lJ7Yp1mTkc"
         *     }
         */
        ShareView: {
            /** @description It is shown this once. The picture as PNG takes it too. */
            token: string;
            url: string;
        };
        /** @description What experience was granted for. */
        Source: {
            /** @description The id of the task, or the date. */
            id: string;
            kind: components["schemas"]["SourceKind"];
        };
        /** @enum {string} */
        SourceKind: "tasks" | "days";
        /** @description How many tasks are linked, of how many something waits to be written, and with how many that has failed. */
        StandsCounts: {
            /** Format: int32 */
            failed: number;
            /** Format: int32 */
            linked: number;
            /** Format: int32 */
            waiting: number;
        };
        /**
         * @description How somebody's connection stands, for whoever operates the program.
         * @example {
         *       "counts": {
         *         "failed": 0,
         *         "linked": 12,
         *         "waiting": 0
         *       },
         *       "created_at": "2026-01-14T10:15:30.123456Z",
         *       "last_run": "2026-01-14T14:15:30.123456Z",
         *       "next_run": "2026-01-14T18:15:30.123456Z",
         *       "problem": null,
         *       "provider": "todoist",
         *       "status": "active"
         *     }
         */
        StandsView: {
            counts: components["schemas"]["StandsCounts"];
            created_at: components["schemas"]["Timestamp"];
            last_run?: components["schemas"]["Timestamp"] | null;
            next_run?: components["schemas"]["Timestamp"] | null;
            problem?: components["schemas"]["SyncProblem"] | null;
            /** @enum {string} */
            provider: "github" | "todoist" | "microsoft_todo" | "caldav";
            /** @enum {string} */
            status: "pending" | "active" | "paused" | "needs_reauth" | "halted" | "failed";
            /** @description Of `todoist`, where this server is known there: the address that the operator enters as that of the app's webhooks. */
            webhook_url?: string;
        };
        /**
         * @description The rest to be started.
         * @example {
         *       "kind": "short",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        StartRestBody: {
            kind: components["schemas"]["RestKind"];
            user_id?: components["schemas"]["Id"] | null;
        };
        /**
         * @description Whose session is to be started.
         * @example {
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        StartWorkSessionBody: {
            /**
             * @description When it began, with an offset or `Z`: at most 24 hours ago, and not before the end of another session. Now, when left
             *     out.
             */
            at?: components["schemas"]["Timestamp"];
            /** @description Yourself, unless you are an administrator. */
            user_id: components["schemas"]["Id"];
        };
        /**
         * @description How a task stands against what is kept of it elsewhere.
         * @enum {string}
         */
        State: "waiting" | "synced" | "failed";
        /**
         * @description What a user achieved.
         * @example {
         *       "active_session": false,
         *       "as_of": "2026-01-14T11:40:02.000000Z",
         *       "completed_tasks": 9,
         *       "current_streak": 3,
         *       "hours_worked": 7.25,
         *       "longest_streak": 5,
         *       "tasks_completed": 9,
         *       "total_hours": 7.25,
         *       "total_sessions": 4,
         *       "total_tasks": 12,
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        StatsView: {
            /** @description Whether a session is under way. */
            active_session: boolean;
            as_of: components["schemas"]["Timestamp"];
            /** Format: int64 */
            completed_tasks: number;
            /**
             * Format: int32
             * @description Days in a row on which a task was completed or a session ended, up to today or yesterday.
             */
            current_streak: number;
            /**
             * Format: double
             * @description The same as `total_hours`.
             */
            hours_worked: number;
            /** Format: int32 */
            longest_streak: number;
            /**
             * Format: int64
             * @description The same as `completed_tasks`.
             */
            tasks_completed: number;
            /**
             * Format: double
             * @description The hours of those sessions, summed exactly and rounded once, to two decimals.
             */
            total_hours: number;
            /**
             * Format: int64
             * @description Sessions that have ended.
             */
            total_sessions: number;
            /** Format: int64 */
            total_tasks: number;
            user_id: components["schemas"]["Id"];
        };
        /** @description A story: each run of digits in it lies in what one of the facts shows. */
        Story: {
            paragraphs: components["schemas"]["Paragraph"][];
            /** @description Its facts are among those of the first paragraph. */
            title: string;
        };
        /** @description Dates in a row on which something was achieved. A date without work passes it over, a missed one ends it. */
        StreakView: {
            /** Format: int32 */
            current: number;
            /**
             * Format: int32
             * @description How many missed dates it can still outlast.
             */
            freezes: number;
            /** Format: int32 */
            longest: number;
            /**
             * Format: double
             * @description 0 to 1.
             */
            strength: number;
        };
        /** @description A subscription as the browser gives it; what else it has in it is ignored. */
        SubscriptionBody: {
            endpoint: string;
            keys: components["schemas"]["SubscriptionKeysBody"];
        };
        SubscriptionKeysBody: {
            auth: string;
            p256dh: string;
        };
        /** @description One step, as it is stored and shown. */
        Subtask: {
            completed: boolean;
            id: components["schemas"]["Id"];
            title: components["schemas"]["SubtaskTitle"];
        };
        /** @description A step as it is to be. */
        SubtaskBody: {
            completed?: boolean;
            /** @description That of a step that there is; any other makes a new one. */
            id?: string | null;
            title: components["schemas"]["SubtaskTitle"];
        };
        /** @description 1 to 500 characters after trimming */
        SubtaskTitle: string;
        /** @description Which summaries are sent, and when. */
        Summaries: {
            /** @default 18:30 */
            at: components["schemas"]["TimeOfDay"];
            /**
             * @description On dates on which work is expected.
             * @default false
             */
            daily: boolean;
            /**
             * @description On the last of those of a week, in the place of the daily one.
             * @default false
             */
            weekly: boolean;
        };
        SummariesPatch: {
            at?: components["schemas"]["TimeOfDay"] | null;
            daily?: boolean | null;
            weekly?: boolean | null;
        };
        /**
         * @description An edit that was overwritten by another.
         * @example {
         *       "connection_id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a",
         *       "created_at": "2026-01-14T10:16:00.123456Z",
         *       "expires_at": "2026-02-13T10:16:00.123456Z",
         *       "field": "title",
         *       "id": "0193c7a8-a2b3-7c4d-9e5f-6a7b8c9d0e1f",
         *       "kept": {
         *         "at": "2026-01-14T10:15:30.000000Z",
         *         "side": "remote",
         *         "value": "Write the report"
         *       },
         *       "lost": {
         *         "at": "2026-01-14T10:14:00.123456Z",
         *         "side": "local",
         *         "value": "Write a report"
         *       },
         *       "restored_at": null,
         *       "task_id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8b"
         *     }
         */
        SyncConflictView: {
            connection_id: components["schemas"]["Id"];
            created_at: components["schemas"]["Timestamp"];
            expires_at: components["schemas"]["Timestamp"];
            /** @enum {string} */
            field: "title" | "notes" | "due" | "completed" | "deleted";
            id: components["schemas"]["Id"];
            kept: components["schemas"]["ConflictingEdit"];
            lost: components["schemas"]["ConflictingEdit"];
            restored_at?: components["schemas"]["Timestamp"] | null;
            task_id: components["schemas"]["Id"];
        };
        /** @enum {string} */
        SyncProblem: "wrong_credential" | "forbidden" | "unreachable" | "not_found" | "choose_list" | "mass_deletion" | "oscillating" | "throttled" | "rejected" | "app_misconfigured";
        /** @description How many items and tasks a run had to do with. */
        SyncRunCounts: {
            /**
             * Format: int32
             * @default 0
             */
            conflicts: number;
            /**
             * Format: int32
             * @default 0
             */
            created: number;
            /**
             * Format: int32
             * @default 0
             */
            deleted: number;
            /**
             * Format: int32
             * @default 0
             */
            failed: number;
            /**
             * Format: int32
             * @default 0
             */
            pushed: number;
            /**
             * Format: int32
             * @default 0
             */
            seen: number;
            /**
             * Format: int32
             * @default 0
             */
            updated: number;
        };
        /**
         * @description A run of a connection.
         * @example {
         *       "correlation_id": "0193c7a8-a2b3-7c4d-9e5f-6a7b8c9d0e1e",
         *       "counts": {
         *         "conflicts": 0,
         *         "created": 1,
         *         "deleted": 0,
         *         "failed": 0,
         *         "pushed": 1,
         *         "seen": 3,
         *         "updated": 2
         *       },
         *       "finished_at": "2026-01-14T10:15:32.123456Z",
         *       "full": false,
         *       "id": "0193c7a8-a2b3-7c4d-9e5f-6a7b8c9d0e1f",
         *       "problem": null,
         *       "result": "ok",
         *       "started_at": "2026-01-14T10:15:30.123456Z",
         *       "trigger": "schedule"
         *     }
         */
        SyncRunView: {
            correlation_id: string;
            counts: components["schemas"]["SyncRunCounts"];
            finished_at?: components["schemas"]["Timestamp"] | null;
            /** @description Whether everything that is there was looked through. */
            full: boolean;
            id: components["schemas"]["Id"];
            problem?: components["schemas"]["ProblemView"] | null;
            result?: ("ok" | "partial" | "throttled" | "failed" | "halted") | null;
            started_at: components["schemas"]["Timestamp"];
            /** @enum {string} */
            trigger: "schedule" | "person" | "webhook" | "change" | "first" | "token";
        };
        /** @description What was done with one task and its item. */
        SyncStep: {
            /** @enum {string} */
            did: "task_created" | "task_updated" | "task_deleted" | "task_restored" | "linked" | "detached" | "item_created" | "item_updated" | "item_deleted" | "failed";
            /** @description Which fields were changed. */
            fields?: string[];
            /** @description The version of the item that was known before, in the service's words; null where none was. */
            from?: string | null;
            task_id: components["schemas"]["Id"];
            /** @description The one that is known now. */
            to?: string | null;
        };
        /**
         * @description What one commit of a run did.
         * @example {
         *       "at": "2026-01-14T10:15:31.123456Z",
         *       "steps": [
         *         {
         *           "did": "item_updated",
         *           "fields": [
         *             "title"
         *           ],
         *           "from": "7",
         *           "task_id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8b",
         *           "to": "8"
         *         }
         *       ]
         *     }
         */
        SyncStepsView: {
            at: components["schemas"]["Timestamp"];
            steps: components["schemas"]["SyncStep"][];
        };
        /** @description 1 to 40 characters after trimming, without a comma */
        Tag: string;
        TagFigures: components["schemas"]["FiguresView"] & {
            tag: string;
        };
        Tags: components["schemas"]["Tag"][];
        /** @enum {string} */
        TaskOperation: "create" | "update" | "complete" | "reopen" | "delete" | "restore";
        /** @enum {string} */
        TaskPriority: "low" | "medium" | "high" | "urgent";
        /** @description What became of the tasks of some dates. */
        TaskSummaryView: {
            all: components["schemas"]["FiguresView"];
            /** Format: date */
            from: string;
            /** @description Those of each priority that has any, from low to urgent. */
            priorities: components["schemas"]["PriorityFigures"][];
            /** @description Those of each tag that has any, by name. A task with several tags is in each. */
            tags: components["schemas"]["TagFigures"][];
            /** Format: date */
            to: string;
            user_id: components["schemas"]["Id"];
        };
        /**
         * @description A task as callers see it.
         * @example {
         *       "carried_over": 0,
         *       "client_id": null,
         *       "completed": false,
         *       "completed_at": null,
         *       "created_at": "2026-01-14T10:15:30.123456Z",
         *       "deleted_at": null,
         *       "due_on": "2026-01-16",
         *       "due_time": "17:00",
         *       "estimate_minutes": 90,
         *       "external": [],
         *       "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a",
         *       "notes": "Of the week",
         *       "overdue": false,
         *       "planned_for": "2026-01-15",
         *       "priority": "high",
         *       "recurrence": {
         *         "every": 1,
         *         "unit": "week"
         *       },
         *       "series_id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a",
         *       "spent_seconds": 1800,
         *       "subtasks": [
         *         {
         *           "completed": true,
         *           "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8b",
         *           "title": "Collect the figures"
         *         }
         *       ],
         *       "tags": [
         *         "office"
         *       ],
         *       "timer_needs_review": false,
         *       "timer_started_at": null,
         *       "title": "Write the report",
         *       "updated_at": null,
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        TaskView: {
            /**
             * Format: int32
             * @description How often it was carried over to a later week or day.
             */
            carried_over: number;
            /**
             * Format: uuid
             * @description The id that the client chose when it created the task.
             */
            client_id?: string | null;
            completed: boolean;
            completed_at?: components["schemas"]["Timestamp"] | null;
            created_at: components["schemas"]["Timestamp"];
            deleted_at?: components["schemas"]["Timestamp"] | null;
            /** Format: date */
            due_on?: string | null;
            /** @description `HH:MM` on the owner's clock; without it the task is due by the end of the date. */
            due_time?: string | null;
            /** Format: int32 */
            estimate_minutes?: number | null;
            /** @description Where else it is kept equal; empty to everybody but the owner. */
            external: components["schemas"]["External"][];
            id: components["schemas"]["Id"];
            notes?: components["schemas"]["Notes"] | null;
            /**
             * @description Whether it is open beyond `due_on` and `due_time`, as of this answer. Null among changes of many tasks where that depends on
             *     the owner's clock.
             */
            overdue?: boolean | null;
            /** Format: date */
            planned_for?: string | null;
            priority: components["schemas"]["TaskPriority"];
            recurrence?: components["schemas"]["Recurrence"] | null;
            series_id?: components["schemas"]["Id"] | null;
            /**
             * Format: int64
             * @description What its timer measured until it was last stopped; while it runs, add the time since `timer_started_at`.
             */
            spent_seconds: number;
            subtasks: components["schemas"]["Subtask"][];
            tags: components["schemas"]["Tags"];
            /** @description Whether the timer was left running, so that a part of `spent_seconds` is a guess. */
            timer_needs_review: boolean;
            timer_started_at?: components["schemas"]["Timestamp"] | null;
            title: components["schemas"]["Title"];
            updated_at?: components["schemas"]["Timestamp"] | null;
            user_id: components["schemas"]["Id"];
        };
        /** @description A hint in the language of the settings, and the key of it. */
        TextView: {
            key: string;
            text: string;
        };
        TimeOfDay: string;
        /** @enum {string} */
        TimeOffKind: "vacation" | "sick" | "holiday";
        /**
         * @description Dates off as callers see them.
         * @example {
         *       "created_at": "2026-01-14T10:15:30.123456Z",
         *       "from": "2026-02-02",
         *       "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a",
         *       "kind": "vacation",
         *       "to": "2026-02-06",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        TimeOffView: {
            created_at: components["schemas"]["Timestamp"];
            /** Format: date */
            from: string;
            id: components["schemas"]["Id"];
            kind: components["schemas"]["TimeOffKind"];
            /**
             * Format: date
             * @description The last date.
             */
            to: string;
            user_id: components["schemas"]["Id"];
        };
        /** Format: date-time */
        Timestamp: string;
        /** @description 1 to 500 characters after trimming */
        Title: string;
        TodayView: {
            goals: components["schemas"]["GoalsView"];
            /**
             * Format: int64
             * @description The sum of the entries for the date.
             */
            xp: number;
        };
        /**
         * @description Who understood what was said.
         * @enum {string}
         */
        UnderstoodBy: "rules" | "model";
        /**
         * @description What to change of a channel. Another address is another channel.
         * @example {
         *       "enabled": true,
         *       "events": [
         *         "sync"
         *       ],
         *       "name": "Work"
         *     }
         */
        UpdateChannelBody: {
            enabled?: boolean;
            events?: components["schemas"]["ChannelTopics"] | null;
            name?: components["schemas"]["ChannelName"] | null;
        };
        /**
         * @description What to change of your companion.
         * @example {
         *       "name": "Nori",
         *       "palette": "blue"
         *     }
         */
        UpdateCompanionBody: {
            name?: components["schemas"]["CompanionName"] | null;
            palette?: components["schemas"]["CompanionPalette"] | null;
        };
        /**
         * @description What to change of a connection. Null puts the default back.
         * @example {
         *       "name": "Work",
         *       "priority": "high",
         *       "settings": {
         *         "tag": null
         *       }
         *     }
         */
        UpdateConnectionBody: {
            /** @description Takes the place of the one before, as a whole. */
            credential?: Record<string, never>;
            direction?: ("both" | "in" | "out") | null;
            name?: components["schemas"]["ConnectionName"] | null;
            priority?: ("high" | "normal" | "low") | null;
            /** @description Those that are given. */
            settings?: Record<string, never>;
        };
        /**
         * @description What to change of your presence.
         * @example {
         *       "busy_until": "2026-01-14T11:00:00Z"
         *     }
         */
        UpdatePresenceBody: {
            busy_until?: components["schemas"]["Timestamp"] | null;
        };
        /**
         * @description What to change of the settings. Null puts the default back.
         * @example {
         *       "day_start": "04:00",
         *       "goals": {
         *         "tasks": 5
         *       },
         *       "language": "es"
         *     }
         */
        UpdateSettingsBody: {
            break_after_minutes?: components["schemas"]["From20To90"] | null;
            carry_over?: components["schemas"]["CarryOver"] | null;
            day_start?: components["schemas"]["DayStart"] | null;
            day_target_minutes?: components["schemas"]["From60To720"] | null;
            focus?: components["schemas"]["Focus"] | null;
            goals?: components["schemas"]["GoalsPatch"] | null;
            hydration_goal_ml?: components["schemas"]["From500To4000"] | null;
            labour_rules?: components["schemas"]["LabourRules"] | null;
            language?: components["schemas"]["Language"] | null;
            lunch?: components["schemas"]["Lunch"] | null;
            model_reads_sentences?: boolean | null;
            overload_minutes?: components["schemas"]["From60To900"] | null;
            quiet_hours?: components["schemas"]["QuietHours"] | null;
            reminders?: components["schemas"]["RemindersPatch"] | null;
            summaries?: components["schemas"]["SummariesPatch"] | null;
            week_start?: components["schemas"]["WeekStart"] | null;
            work_days?: components["schemas"]["Weekdays"] | null;
            work_hours?: components["schemas"]["WorkHours"] | null;
        };
        /**
         * @description What to change of one step of a task.
         * @example {
         *       "completed": true
         *     }
         */
        UpdateSubtaskBody: {
            completed?: boolean;
            title?: components["schemas"]["SubtaskTitle"];
        };
        /**
         * @description What to change of a task; with no body or an empty one, it is completed.
         * @example {
         *       "title": "Write the report of the week"
         *     }
         */
        UpdateTaskBody: {
            action?: components["schemas"]["Action"];
            /** @description With `complete` alone: whether all its steps are completed too. */
            complete_subtasks?: boolean;
            /**
             * @description With `complete` alone: when it was completed, with an offset or `Z`. At most 31 days ago, and not before its creation;
             *     now, when left out.
             */
            completed_at?: components["schemas"]["Timestamp"];
            /**
             * Format: date
             * @description By the end of which date; null takes `due_time` away too.
             */
            due_on?: string | null;
            /** @description At which time of that date, `HH:MM` on the owner's clock; one that the clock passes over is the first that there is. */
            due_time?: string | null;
            /** Format: int32 */
            estimate_minutes?: number | null;
            notes?: components["schemas"]["Notes"] | null;
            /**
             * Format: date
             * @description On which date it is meant to be done.
             */
            planned_for?: string | null;
            priority?: components["schemas"]["TaskPriority"] | null;
            recurrence?: components["schemas"]["Recurrence"] | null;
            /**
             * Format: int32
             * @description All the time that was spent on it, where the timer was wrong: 0 to 31,536,000.
             */
            spent_seconds?: number;
            /** @description All of them, in order; they take the place of those that there are, of which those with a known `id` keep it. */
            subtasks?: components["schemas"]["SubtaskBody"][] | null;
            tags?: components["schemas"]["Tags"] | null;
            title?: components["schemas"]["Title"];
        };
        /**
         * @description What to change of an account.
         * @example {
         *       "name": "Ann",
         *       "time_zone": "Europe/Madrid"
         *     }
         */
        UpdateUserBody: {
            name?: components["schemas"]["DisplayName"];
            /** @description An IANA name, such as Europe/Madrid. */
            time_zone?: string;
        };
        /**
         * @description What to correct of a session. An empty body confirms a session whose end was guessed.
         * @example {
         *       "end_time": "2026-01-14T11:15:00Z"
         *     }
         */
        UpdateWorkSessionBody: {
            /** @description With an offset or `Z`; after the start, at most 24 hours after it, and not in the future. */
            end_time?: components["schemas"]["Timestamp"];
            note?: components["schemas"]["Note"] | null;
            /** @description All of them, in any order, within the session and apart from each other; they take the place of those that are shown. */
            pauses?: components["schemas"]["PauseBody"][];
            /** @description With an offset or `Z`, not before 2000; of the active session at most 24 hours ago, and not after its first pause. */
            start_time?: components["schemas"]["Timestamp"];
        };
        /**
         * @description An account as callers see it.
         * @example {
         *       "created_at": "2026-01-14T09:00:00.000000Z",
         *       "id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
         *       "name": "Ann",
         *       "time_zone": "Europe/Madrid",
         *       "updated_at": null
         *     }
         */
        UserView: {
            created_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["Id"];
            /** @description What is shown; the login name stays what it was. */
            name: components["schemas"]["DisplayName"];
            /** @description An IANA name, such as Europe/Madrid. */
            time_zone: string;
            updated_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description What is usual on one day of the week: the medians of the days that were worked. */
        Usual: {
            /** @description How many days it was learned from. */
            days: number;
            /**
             * Format: int32
             * @description The same; more than 1440 for work that goes on past midnight.
             */
            end: number;
            /**
             * Format: int32
             * @description The time worked, in minutes.
             */
            length: number;
            /**
             * Format: int32
             * @description In minutes after midnight, on the user's clock; more than 1440 for what begins after the next midnight and before the
             *     next date does.
             */
            start: number;
            /**
             * Format: int32
             * @description 1 is Monday, 7 is Sunday.
             */
            weekday: number;
        };
        /** @description A companion that was given water. */
        WateredView: components["schemas"]["CompanionView"] & {
            /** @description What was entered as drunk. Deleting it takes it back. */
            logged: components["schemas"]["DrinkView"];
        };
        /**
         * @description A webhook.
         * @example {
         *       "created_at": "2026-01-14T10:15:30.123456Z",
         *       "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a",
         *       "preset": "github",
         *       "registered": false,
         *       "secret": "shown once",
         *       "secrets": 1,
         *       "suspect": false,
         *       "url": "https://avanochi.example/api/webhooks/v1.3f2e1d0c9b8a7766.2Jm1…"
         *     }
         */
        WebhookView: {
            created_at: components["schemas"]["Timestamp"];
            id: components["schemas"]["Id"];
            /** @enum {string} */
            preset: "github" | "todoist" | "msgraph" | "standard_webhooks" | "asana" | "discord" | "gitlab" | "google_channel" | "google_pubsub" | "hmac_sha512_anet" | "hook0" | "jira" | "linear" | "notion" | "shopify" | "slack" | "stripe" | "teams_outgoing" | "trello" | "twilio";
            /** @description Whether the service has said that it sends there; otherwise you enter address and secret there. */
            registered: boolean;
            /** @description Where it was made here for you to hand over, once; that of Notion, which wants it back, for an hour. */
            secret?: string;
            /** @description How many secrets count. */
            secrets: number;
            /** @description Whether many deliveries were refused of late. */
            suspect: boolean;
            /** @description Where the sender is to send to. */
            url: string;
        };
        /** @enum {string} */
        WeekStart: "monday" | "sunday";
        Weekdays: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
        /** @description How the present date goes. */
        WellbeingView: {
            break: components["schemas"]["BreakDueView"];
            check_in?: components["schemas"]["CheckInView"] | null;
            /** Format: date */
            date: string;
            hours: components["schemas"]["HoursView"];
            hydration: components["schemas"]["HydrationView"];
            /** @description How the work stands to each of the rules on working time that the settings name: hints, and no legal advice. */
            labour: components["schemas"]["LabourView"][];
            lunch: components["schemas"]["LunchView"];
            /** @description In order of time. */
            meals: components["schemas"]["MealView"][];
            /** @description In order of time: the rests that were entered, and what else was a break of 5 minutes or more. */
            rests: components["schemas"]["BreakView"][];
        };
        /** @description When work is expected; over midnight when it ends earlier than it starts. */
        WorkHours: {
            end: components["schemas"]["TimeOfDay"];
            start: components["schemas"]["TimeOfDay"];
        };
        /**
         * @description A work session as callers see it.
         * @example {
         *       "duration": 2,
         *       "edits": [],
         *       "end_time": "2026-01-14T11:15:00.000000Z",
         *       "ended_by": "user",
         *       "id": "0193c7a8-a2b3-7c4d-9e5f-6a7b8c9d0e1f",
         *       "needs_review": false,
         *       "note": "Planning",
         *       "paused": false,
         *       "pauses": [
         *         {
         *           "from": "2026-01-14T10:00:00.000000Z",
         *           "to": "2026-01-14T10:15:00.000000Z"
         *         }
         *       ],
         *       "start_time": "2026-01-14T09:00:00.000000Z",
         *       "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b"
         *     }
         */
        WorkSessionView: {
            /**
             * Format: double
             * @description Hours worked, without the pauses, rounded to two decimals.
             */
            duration?: number | null;
            /** @description The corrections, oldest first, each with what was there before. */
            edits: components["schemas"]["EditView"][];
            end_time?: components["schemas"]["Timestamp"] | null;
            ended_by?: components["schemas"]["EndedBy"] | null;
            id: components["schemas"]["Id"];
            /** @description Whether its end was guessed. Correcting it, also to what it is, says that it is right. */
            needs_review: boolean;
            note?: components["schemas"]["Note"] | null;
            /** @description Whether it is interrupted now. */
            paused: boolean;
            /** @description Ascending, within the session. The last has no end while the session is interrupted. */
            pauses: components["schemas"]["PauseView"][];
            start_time: components["schemas"]["Timestamp"];
            user_id: components["schemas"]["Id"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
