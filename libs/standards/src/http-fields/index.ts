export {
  allFields,
  firstField,
  isNamed,
  lastField,
  removeField,
  removeFieldsWhere,
  setField,
  type FieldList,
} from './field-list';
export { fieldOfText, isFieldName, textOfField, tokensOf } from './field-text';
export { forbiddenInConnection, isHopByHop, listedByConnection } from './hop-by-hop';
