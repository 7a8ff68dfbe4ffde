ALTER TABLE `tasks` DROP INDEX `tasks_of_a_worker`, ADD INDEX `tasks_of_a_worker` (`user_id`,`status`,`created_at`,`id`,`fee`,`reward`);
