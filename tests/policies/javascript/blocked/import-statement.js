// rule: javascript-network
import { connect } from 'net';
connect(80, 'example.org');
