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
CREATE INDEX `oldest` ON `idempotency` (`created_at`);