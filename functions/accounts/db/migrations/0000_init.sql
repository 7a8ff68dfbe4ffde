CREATE TABLE `accounts` (
	`user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`seq` bigint unsigned NOT NULL,
	`balance` bigint NOT NULL,
	CONSTRAINT `accounts_user_id` PRIMARY KEY(`user_id`)
);
--> statement-breakpoint
CREATE TABLE `day_totals` (
	`date` date NOT NULL,
	`kind` enum('fee','reward','payout') NOT NULL,
	`sum` bigint NOT NULL,
	`rows_count` bigint unsigned NOT NULL,
	CONSTRAINT `day_totals_date_kind_pk` PRIMARY KEY(`date`,`kind`)
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
CREATE TABLE `transactions` (
	`id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`posting` bigint unsigned AUTO_INCREMENT NOT NULL,
	`user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`seq` bigint unsigned NOT NULL,
	`kind` enum('fee','reward','payout') NOT NULL,
	`sum` bigint NOT NULL,
	`balance` bigint NOT NULL,
	`datetime` datetime(3) NOT NULL,
	`business_date` date NOT NULL,
	`task_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`task_title` varchar(250) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci,
	`jira_id` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`version` int,
	`event_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`payout_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`trace_id` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	CONSTRAINT `transactions_id` PRIMARY KEY(`id`),
	CONSTRAINT `order_of_posting` UNIQUE(`posting`),
	CONSTRAINT `one_row_per_position` UNIQUE(`user_id`,`seq`),
	CONSTRAINT `one_row_per_event` UNIQUE(`event_id`),
	CONSTRAINT `one_row_per_fact` UNIQUE(`task_id`,`kind`,`version`),
	CONSTRAINT `one_row_per_payout` UNIQUE(`payout_id`)
);
--> statement-breakpoint
CREATE INDEX `lowest_first` ON `accounts` (`balance`,`user_id`);--> statement-breakpoint
CREATE INDEX `statement_of_a_day` ON `transactions` (`user_id`,`business_date`,`seq`);