CREATE TABLE `days` (
	`date` date NOT NULL,
	`state` enum('closing','closed') NOT NULL,
	`cut_off` datetime(3) NOT NULL,
	`early` boolean NOT NULL,
	`closed_by` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`cursor_user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`accounts_total` bigint unsigned NOT NULL,
	`accounts_done` bigint unsigned NOT NULL,
	`payouts_count` bigint unsigned NOT NULL,
	`payouts_total` bigint NOT NULL,
	`started_at` datetime(3) NOT NULL,
	`finished_at` datetime(3),
	CONSTRAINT `days_date` PRIMARY KEY(`date`)
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
ALTER TABLE `accounts` ADD `first_at` datetime(3);--> statement-breakpoint
CREATE INDEX `next_to_close` ON `days` (`state`,`date`);--> statement-breakpoint
CREATE INDEX `oldest` ON `idempotency` (`created_at`);--> statement-breakpoint
CREATE INDEX `next_to_send` ON `outbox` (`state`,`try_after`,`seq`);--> statement-breakpoint
CREATE INDEX `old_sent_rows` ON `outbox` (`state`,`sent_at`);--> statement-breakpoint
CREATE INDEX `older_than_a_cut_off` ON `accounts` (`first_at`);--> statement-breakpoint
UPDATE `accounts` SET `first_at` = (SELECT min(`datetime`) FROM `transactions` WHERE `transactions`.`user_id` = `accounts`.`user_id`);
