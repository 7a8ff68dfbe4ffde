CREATE TABLE `attempts` (
	`payout_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`key_number` int NOT NULL,
	`card_number` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`card_last4` varchar(4) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`card_version` int NOT NULL,
	`sent` int NOT NULL,
	`outcome` enum('open','paid','refused','wrong-request') NOT NULL,
	`created_at` datetime(3) NOT NULL DEFAULT (UTC_TIMESTAMP(3)),
	`settled_at` datetime(3),
	CONSTRAINT `attempts_payout_id_key_number_pk` PRIMARY KEY(`payout_id`,`key_number`)
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
CREATE TABLE `outbox` (
	`seq` bigint unsigned AUTO_INCREMENT NOT NULL,
	`id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`type` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`envelope` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`try_after` datetime(3) NOT NULL,
	`sent_at` datetime(3),
	`attempts` int NOT NULL DEFAULT 0,
	`state` enum('pending','sent','parked') NOT NULL DEFAULT 'pending',
	CONSTRAINT `outbox_seq` PRIMARY KEY(`seq`),
	CONSTRAINT `one_row_per_event` UNIQUE(`id`)
);
--> statement-breakpoint
CREATE TABLE `payouts` (
	`id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`amount` bigint NOT NULL,
	`business_date` date NOT NULL,
	`state` enum('pending','sending','paid','blocked','failed','unknown') NOT NULL DEFAULT 'pending',
	`reason` enum('no-card','card-refused','bank-refused'),
	`key_number` int NOT NULL DEFAULT 1,
	`attempts` int NOT NULL DEFAULT 0,
	`unclear` int NOT NULL DEFAULT 0,
	`due_at` datetime(3) DEFAULT (UTC_TIMESTAMP(3)),
	`version` int NOT NULL DEFAULT 1,
	`card_last4` varchar(4) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`created_at` datetime(3) NOT NULL DEFAULT (UTC_TIMESTAMP(3)),
	`paid_at` datetime(3),
	`trace_id` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	CONSTRAINT `payouts_id` PRIMARY KEY(`id`),
	CONSTRAINT `one_payout_per_day` UNIQUE(`business_date`,`user_id`)
);
--> statement-breakpoint
CREATE TABLE `users` (
	`id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`card_number` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`card_last4` varchar(4) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`status` enum('active','none') NOT NULL DEFAULT 'none',
	`card_version` int NOT NULL DEFAULT 0,
	CONSTRAINT `users_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE INDEX `oldest` ON `idempotency` (`created_at`);--> statement-breakpoint
CREATE INDEX `next_to_send` ON `outbox` (`state`,`try_after`,`seq`);--> statement-breakpoint
CREATE INDEX `old_sent_rows` ON `outbox` (`state`,`sent_at`);--> statement-breakpoint
CREATE INDEX `due` ON `payouts` (`due_at`);--> statement-breakpoint
CREATE INDEX `of_a_user` ON `payouts` (`user_id`,`state`);--> statement-breakpoint
CREATE INDEX `newest` ON `payouts` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `newest_of_a_state` ON `payouts` (`state`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `newest_of_a_day` ON `payouts` (`business_date`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `report` ON `payouts` (`business_date`,`state`,`amount`);