export { cutPlaceholders, fillStageVariables, type TextPiece } from './placeholders';
export { parseRoutePath, variablesOf, type PathSegment } from './route-path';
