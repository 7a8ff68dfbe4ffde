CREATE TABLE `sessions` (
	`id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`user_id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`renew_hash` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`revoked_at` datetime(3),
	CONSTRAINT `sessions_id` PRIMARY KEY(`id`),
	CONSTRAINT `one_session_per_cookie` UNIQUE(`renew_hash`)
);
--> statement-breakpoint
CREATE TABLE `sign_in_attempts` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`email_key` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`address` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`at` datetime(3) NOT NULL,
	`checked` boolean NOT NULL DEFAULT false,
	CONSTRAINT `sign_in_attempts_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `users` (
	`id` char(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`email` varchar(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL,
	`role` enum('worker','manager','accountant','executive','admin') NOT NULL,
	`name` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL,
	`status` enum('active','disabled') NOT NULL DEFAULT 'active',
	`locale` enum('ru','en') NOT NULL DEFAULT 'ru',
	`password_hash` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `users_id` PRIMARY KEY(`id`),
	CONSTRAINT `one_user_per_email` UNIQUE(`email`)
);
--> statement-breakpoint
CREATE INDEX `sessions_of_a_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `old_sessions` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE INDEX `by_email` ON `sign_in_attempts` (`email_key`,`at`);--> statement-breakpoint
CREATE INDEX `by_address` ON `sign_in_attempts` (`address`,`at`);--> statement-breakpoint
CREATE INDEX `oldest` ON `sign_in_attempts` (`at`);--> statement-breakpoint
CREATE INDEX `list_by_name` ON `users` (`name`,`id`);