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
CREATE TABLE `task_history` (
	`task_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`version` int NOT NULL,
	`kind` enum('assigned','closed') NOT NULL,
	`user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`by_user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`at` datetime(3) NOT NULL,
	CONSTRAINT `task_history_task_id_version_pk` PRIMARY KEY(`task_id`,`version`)
);
--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`title` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL,
	`jira_id` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
	`description` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`status` enum('open','closed') NOT NULL DEFAULT 'open',
	`user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`fee` bigint NOT NULL,
	`reward` bigint NOT NULL,
	`created_by` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`assigned_at` datetime(3) NOT NULL,
	`closed_at` datetime(3),
	`version` int NOT NULL,
	CONSTRAINT `tasks_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE INDEX `oldest` ON `idempotency` (`created_at`);--> statement-breakpoint
CREATE INDEX `next_to_send` ON `outbox` (`state`,`try_after`,`seq`);--> statement-breakpoint
CREATE INDEX `old_sent_rows` ON `outbox` (`state`,`sent_at`);--> statement-breakpoint
CREATE INDEX `by_time` ON `task_history` (`at`);--> statement-breakpoint
CREATE INDEX `tasks_of_a_worker` ON `tasks` (`user_id`,`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `newest` ON `tasks` (`created_at`,`id`);