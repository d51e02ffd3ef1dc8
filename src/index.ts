export * from './image-tag-mutability';
export * from './image-tag-mutability-guard';
export * from './image-tag-mutability-provider';
export * from './registry-image-tag-mutability';
