/** What JSX becomes: shorter calls than the automatic runtime's, and none of its code. The build puts it into each file. */
export { Fragment, h } from 'preact';
