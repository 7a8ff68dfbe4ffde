CREATE TABLE `reassignment_workers` (
	`reassignment_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`tasks_count` bigint unsigned NOT NULL,
	CONSTRAINT `reassignment_workers_reassignment_id_user_id_pk` PRIMARY KEY(`reassignment_id`,`user_id`)
);
--> statement-breakpoint
CREATE TABLE `reassignments` (
	`id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`state` enum('running','done') NOT NULL,
	`running` int,
	`total` bigint unsigned NOT NULL,
	`done` bigint unsigned NOT NULL,
	`fees` bigint NOT NULL,
	`by_user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`started_at` datetime(3) NOT NULL,
	`finished_at` datetime(3),
	`cursor_task_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	CONSTRAINT `reassignments_id` PRIMARY KEY(`id`),
	CONSTRAINT `one_runs_at_a_time` UNIQUE(`running`)
);
--> statement-breakpoint
CREATE INDEX `newest` ON `reassignments` (`started_at`,`id`);--> statement-breakpoint
CREATE INDEX `open_by_id` ON `tasks` (`status`,`id`);