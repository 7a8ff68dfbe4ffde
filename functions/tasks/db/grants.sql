GRANT SELECT, INSERT, UPDATE ON tasks TO 'tasks'@'%';
GRANT SELECT, INSERT ON task_history TO 'tasks'@'%';
GRANT SELECT, INSERT ON task_words TO 'tasks'@'%';
GRANT SELECT, INSERT, UPDATE ON reassignments TO 'tasks'@'%';
GRANT SELECT, INSERT, UPDATE ON reassignment_workers TO 'tasks'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency TO 'tasks'@'%';
GRANT SELECT, INSERT ON outbox TO 'tasks'@'%';
GRANT SELECT, UPDATE, DELETE ON outbox TO 'outbox'@'%';
