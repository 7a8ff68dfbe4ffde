CREATE TABLE `dates` (
	`id` int NOT NULL,
	`date` date NOT NULL,
	`profit` bigint NOT NULL,
	`losers` int NOT NULL,
	`task_top_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`fees` bigint NOT NULL,
	`rewards` bigint NOT NULL,
	`task_top_event_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	CONSTRAINT `dates_id` PRIMARY KEY(`id`),
	CONSTRAINT `one_row_per_day` UNIQUE(`date`)
);
--> statement-breakpoint
CREATE TABLE `facts` (
	`event_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`kind` enum('fee','reward','payout') NOT NULL,
	`user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`sum` bigint NOT NULL,
	`datetime` datetime(3) NOT NULL,
	`business_date` date NOT NULL,
	`task_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`version` int,
	`task_title` varchar(250) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci,
	`jira_id` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`payout_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	CONSTRAINT `facts_event_id` PRIMARY KEY(`event_id`),
	CONSTRAINT `one_row_per_fact` UNIQUE(`task_id`,`kind`,`version`),
	CONSTRAINT `one_row_per_payout` UNIQUE(`payout_id`)
);
--> statement-breakpoint
CREATE TABLE `idempotency` (
	`user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`key` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`route` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`body_hmac` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`status` int,
	`answer` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`created_at` datetime(3) NOT NULL DEFAULT (UTC_TIMESTAMP(3)),
	CONSTRAINT `idempotency_user_id_key_route_pk` PRIMARY KEY(`user_id`,`key`,`route`)
);
--> statement-breakpoint
CREATE TABLE `inbox` (
	`consumer` varchar(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`event_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`content_hash` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`batch_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	CONSTRAINT `inbox_consumer_event_id_pk` PRIMARY KEY(`consumer`,`event_id`)
);
--> statement-breakpoint
CREATE TABLE `rebuilds` (
	`id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`from_date` date NOT NULL,
	`to_date` date NOT NULL,
	`state` enum('running','done') NOT NULL,
	`running` int,
	`next_date` date NOT NULL,
	`by_user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`started_at` datetime(3) NOT NULL,
	`finished_at` datetime(3),
	CONSTRAINT `rebuilds_id` PRIMARY KEY(`id`),
	CONSTRAINT `one_runs_at_a_time` UNIQUE(`running`)
);
--> statement-breakpoint
CREATE TABLE `turns` (
	`id` int NOT NULL,
	CONSTRAINT `turns_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `user_days` (
	`user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`date` date NOT NULL,
	`sum` bigint NOT NULL,
	`balance` bigint NOT NULL,
	CONSTRAINT `user_days_user_id_date_pk` PRIMARY KEY(`user_id`,`date`)
);
--> statement-breakpoint
CREATE INDEX `facts_of_a_day` ON `facts` (`business_date`,`kind`,`sum`,`task_id`,`user_id`);--> statement-breakpoint
CREATE INDEX `oldest` ON `idempotency` (`created_at`);--> statement-breakpoint
CREATE INDEX `users_of_a_day` ON `user_days` (`date`);