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
CREATE TABLE `mails` (
	`id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`kind` enum('payout','payout-blocked') NOT NULL,
	`payout_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`amount` bigint NOT NULL,
	`business_date` date NOT NULL,
	`reason` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`copy_no` int NOT NULL,
	`copy_of` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`email` varchar(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci,
	`locale` enum('ru','en'),
	`subject` varchar(250) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci,
	`message` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`html` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`message_id` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`status` enum('pending','sent','failed') NOT NULL,
	`attempts` int NOT NULL,
	`next_try_at` datetime(3) NOT NULL,
	`lease` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`last_reply` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci,
	`created_at` datetime(3) NOT NULL,
	`sent_at` datetime(3),
	`trace_id` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	CONSTRAINT `mails_id` PRIMARY KEY(`id`),
	CONSTRAINT `one_letter_per_reason` UNIQUE(`payout_id`,`kind`,`reason`,`copy_no`)
);
--> statement-breakpoint
CREATE INDEX `oldest` ON `idempotency` (`created_at`);--> statement-breakpoint
CREATE INDEX `due` ON `mails` (`status`,`next_try_at`,`id`);--> statement-breakpoint
CREATE INDEX `newest` ON `mails` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `newest_of_a_person` ON `mails` (`user_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `newest_of_a_status` ON `mails` (`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `letters_of_a_day` ON `mails` (`business_date`,`created_at`,`id`);